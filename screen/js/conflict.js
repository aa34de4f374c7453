import { $, btn, dialog, h, icon, say } from './dom.js';
import { S, act } from './store.js';

/** Someone else has changed the same places: nothing is written before the user has decided. */
export function conflictDialog() {
  if ($('dialog.conflict')) return;
  const all = S.desk.conflicts, name = f => S.desk.files.find(x => x.id === f)?.title || f;
  const cell = t => t == null ? h('span', { class: 'dim' }, '没有了') : t === '' ? h('span', { class: 'dim' }, '空') : t.length > 160 ? t.slice(0, 160) + '…' : t;
  const lost = all.filter(c => c.theirs == null).length;
  const settle = mine => { d.close(); act('settle', { mine }, () => mine ? '您的改动留着，还没有保存' : '已按文件里的'); };
  const d = dialog(`“${[...new Set(all.map(c => name(c.file)))].join('”“')}”在别处被改过`, [
    h('p', { class: 'lead' }, `文件被另一个程序（可能是 Excel、WPS）存过盘。您的改动没有写进文件，也没有丢。别处的改动和您不冲突的都留着；下面 ${all.length} 处两边都改了，请您定。${lost ? `其中 ${lost} 处，原来的行或文件没有了，您的改动没有地方写；要留就先记下来，再用文件里的。` : ''}`),
    h('table', { class: 'cft' }, h('thead', {}, h('tr', {}, ['在哪里', '原来', '您的改动', '文件里现在的'].map(t => h('th', { scope: 'col' }, t)))), h('tbody', {}, all.slice(0, 100).map(c => h('tr', { class: 'cf' }, h('th', { scope: 'row' }, name(c.file), h('small', {}, [c.line ? `第 ${c.line} 行` : null, c.head].filter(Boolean).join('　'))), h('td', {}, cell(c.was)), h('td', { class: 'pick' }, h('ins', {}, cell(c.mine))), h('td', {}, h('ins', {}, cell(c.theirs)))))))],
    [h('span', { class: 'dim' }, icon('note', 14), ' 现在什么也没有写'), h('span', { class: 'grow' }), btn('先不定', { on: () => d.close() }), btn('用文件里的', { on: () => settle(false) }), btn('用我的', { kind: 'primary', on: () => settle(true) })], 'mid conflict');
}
/** What was typed and could not go in, as a spreadsheet takes it. */
function typed(e) {
  if (e.kind === 'insert') return e.rows.map(cells => cells.join('\t')).join('\n');
  const rows = new Map();
  for (const c of e.kind === 'cells' ? e.cells : []) rows.set(c.line, [...rows.get(c.line) || [], c.value]);
  return [...rows.values()].map(cells => cells.join('\t')).join('\n');
}
/** An edit was refused: nothing was changed, and nothing that was typed is lost. */
export function refusedDialog(e, fault) {
  const text = typed(e);
  if (!text.trim() || $('dialog.refused')) return;
  const box = h('textarea', { rows: Math.min(8, text.split('\n').length + 1), readonly: '', 'aria-label': '您输入的', class: 'keptin' });
  box.value = text;
  const d = dialog('没有改', [h('p', { class: 'lead' }, fault?.message || '', fault?.hint ? h('span', { class: 'dim' }, `　${fault.hint}`) : null), h('p', {}, '您输入的在这里，没有丢：'), box],
    [h('span', { class: 'grow' }), btn('复制', { icon: 'copy', on: () => { box.select(); navigator.clipboard?.writeText(text); say('已复制'); } }), btn('知道了', { kind: 'primary', on: () => d.close() })], 'mid refused');
}
