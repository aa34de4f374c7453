import { btn, dialog, h } from './dom.js';
import { get } from './api.js';
import { S, pageName } from './store.js';
import { difft, mend } from './panels.js';

/** Certain changes, seen before they are taken; those that touch a unit or an amount are not ticked. */
export async function fixesDialog(only) {
  const { fixes } = await get('fixes', { d: S.id });
  const all = fixes.map(f => ({ ...S.desk.findings[f.n], i: f.n })).filter(f => f.fix && (typeof only !== 'string' || f.code === only));
  const risky = f => f.code.startsWith('N') || /\d/.test(f.fix.old + f.fix.new) && f.fix.old.replace(/\D/g, '') !== f.fix.new.replace(/\D/g, '') || /元/.test(difference(f.fix));
  const boxes = new Map(all.map(f => [f.i, h('input', { type: 'checkbox', checked: !risky(f), 'aria-label': `改这一处：${f.message}` })]));
  const groups = new Map();
  for (const f of all) groups.set(f.code, [...groups.get(f.code) || [], f]);
  const take = btn('', { kind: 'primary', on: () => { d.close(); const n = all.filter(f => boxes.get(f.i).checked).map(f => f.i); if (n.length) mend(n); } });
  const count = () => { const n = all.filter(f => boxes.get(f.i).checked).length; take.textContent = `改 ${n} 处`; take.disabled = !n; };
  const ticked = all.filter(f => !risky(f)).length;
  const body = [h('p', { class: 'lead' }, `共 ${all.length} 处。${all.length - ticked ? `牵涉金额、单位的 ${all.length - ticked} 处没有打勾，请看过再勾。` : ''}`),
    h('div', { class: 'fixes' }, [...groups].map(([code, xs]) => h('div', { class: 'fg' },
      h('input', { type: 'checkbox', checked: xs.every(f => !risky(f)), 'aria-label': `${S.desk.rules[code]?.title || code}，全部`, onchange: e => { xs.forEach(f => { boxes.get(f.i).checked = e.target.checked; }); count(); } }),
      h('details', { open: groups.size < 4 }, h('summary', {}, h('b', {}, S.desk.rules[code]?.title || xs[0].message), h('code', {}, code), h('span', { class: 'k' }, `${xs.length} 处`)),
        h('table', {}, h('tbody', {}, xs.map(f => h('tr', {}, h('td', {}, boxes.get(f.i)), h('td', { class: 'dim nw' }, f.areas.length ? pageName(f.areas[0].d, f.areas[0].p) : ''), h('td', { class: 'dim nw' }, f.place?.said), h('td', {}, difft(f.fix.old, f.fix.new, 'del')), h('td', {}, difft(f.fix.new, f.fix.old, 'ins')))))))))) ];
  boxes.forEach(b => b.addEventListener('change', count));
  const d = dialog('有把握的改动', body, [h('span', { class: 'dim' }, '改完不马上存盘，先列在“改动”里'), h('span', { class: 'grow' }), btn('取消', { on: () => d.close() }), take], 'mid');
  count();
}
function difference({ old, new: now }) {
  let i = 0, j = 0;
  while (i < old.length && old[i] === now[i]) i++;
  while (j < old.length - i && j < now.length - i && old[old.length - 1 - j] === now[now.length - 1 - j]) j++;
  return old.slice(i, old.length - j) + now.slice(i, now.length - j);
}
