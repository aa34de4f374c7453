import { $$, btn, fill, h } from './dom.js';
import { get } from './api.js';
import { S, base, faces } from './store.js';
import { editionName, short } from './shell.js';
import { frameOf, picture, svg } from './pages.js';
import { marked } from './panels.js';

/** Two editions side by side, and what differs by where it stands. */
export function compareView(main) {
  let old = S.arg || S.desk.editions.at(-1) || '', now = 'saved', diff = null, at = 0, doc = 0, focus = '';
  const bar = h('div', { class: 'bar', role: 'toolbar', 'aria-label': '比较' }), sides = h('div', { class: 'desk cmpdesk', tabindex: '0', role: 'region', 'aria-label': '两版的页面' }), list = h('aside', { class: 'cmplist', 'aria-label': '变了什么' });
  fill(main, h('div', { class: 'cmpview' }, h('div', { class: 'pages' }, bar, sides), list));
  if (!S.desk.editions.length) { fill(main, h('div', { class: 'blank' }, h('h2', {}, '还没有发布过'), h('p', {}, '按“公开…”发布一版以后，这里能看那一版和现在有哪些不同。'))); return {}; }
  const names = [...S.desk.editions].reverse().map(id => [id, editionName(id)]);
  async function load() {
    diff = null; draw();
    try { diff = await get('compared', { d: S.id, old, new: now }); } catch (e) { fill(sides, h('p', { class: 'boot' }, /** @type {any} */ (e).message)); return; }
    await faces(diff.fonts);
    at = diff.pages[0]?.changed[0]?.pdf_page - 1 || 0;
    draw();
  }
  const spots = () => { const out = new Map(); for (const c of diff.changes) for (const p of c.printings) if (p.pdf_page) { const n = p.pdf_page - 1; if (!out.has(n)) out.set(n, new Set()); out.get(n).add(c.address); } return out; };
  function sideOf(which, n, addresses) {
    const pages = diff[which][doc]?.pages || [], p = pages[n];
    if (!p) return h('div', { class: 'cside' }, h('p', { class: 'dim none' }, '这一版没有这一页'));
    const box = frameOf(p, true), art = h('div', { class: 'art', style: `aspect-ratio:${box[2]}/${box[3]}` });
    picture(doc, n, which === 'old' ? old : now).then(data => {
      const pc = b => `left:${((b.x - 1.5 - box[0]) / box[2] * 100).toFixed(3)}%;top:${((b.y - 1.5 - box[1]) / box[3] * 100).toFixed(3)}%;width:${((b.w + 3) / box[2] * 100).toFixed(3)}%;height:${((b.h + 3) / box[3] * 100).toFixed(3)}%`;
      fill(art, data.figures.filter(f => addresses.has(f.a)).flatMap(f => f.boxes.map(b => h('span', { class: `flat ${which === 'old' ? 'old' : 'new'}${f.a === focus ? ' focus' : ''}`, style: pc(b) }))), svg(data.svg, box));
    }).catch(() => fill(art, h('p', { class: 'dim none' }, '这一页画不出来')));
    return h('div', { class: 'cside' }, h('p', { class: 'clab' }, h('b', {}, which === 'old' ? editionName(old) : now === 'saved' ? '现在' : editionName(now)), h('span', { class: 'dim' }, `　${p.label ? `第 ${p.label} 页` : ''}`)), art);
  }
  function draw() {
    const sel = (value, all, on, label) => h('select', { 'aria-label': label, onchange: e => on(e.target.value) }, all.map(([v, t]) => h('option', { value: v, selected: v === value }, t)));
    const changed = diff ? diff.pages[doc]?.changed.map(p => p.pdf_page - 1) || [] : [];
    const i = changed.indexOf(at), turn = by => { if (changed.length) { at = changed[(Math.max(i, 0) + by + changed.length) % changed.length]; focus = ''; draw(); } };
    fill(bar, h('span', { class: 'selr' }, '旧 ', sel(old, names, v => { old = v; location.hash = `${base()}/compare/${v}`; load(); }, '旧的一版')), h('span', { class: 'selr' }, '新 ', sel(now, [['saved', '现在（已保存的）'], ...names], v => { now = v; load(); }, '新的一版')), h('span', { class: 'grow' }),
      changed.length ? [btn('', { icon: 'up', kind: 'ghost icon', label: '上一页有变的', title: '上一页有变的', on: () => turn(-1) }), h('span', { class: 'tn' }, `${Math.max(i, 0) + 1} / ${changed.length} 页`), btn('', { icon: 'down', kind: 'ghost icon', label: '下一页有变的', title: '下一页有变的', on: () => turn(1) })] : null);
    if (!diff) { fill(sides, h('p', { class: 'boot', role: 'status' }, '正在比较…')); fill(list); return; }
    if (diff.same) { fill(sides, h('p', { class: 'boot' }, '印出来的完全相同。')); fill(list); return; }
    const here = spots().get(at) || new Set();
    fill(sides, h('div', { class: 'cmp' }, sideOf('old', at, here), sideOf('new', at, here)));
    sides.scrollTop = 0;
    const by = new Map();
    for (const c of diff.changes) for (const p of c.printings) { const k = `${p.title}|${p.pdf_page || ''}|${p.page || ''}`; if (!by.has(k)) by.set(k, []); by.get(k).push([c, p]); }
    const go = (n, a) => { at = n; focus = a || ''; draw(); };
    fill(list, h('h2', {}, '变了什么'), h('section', {}, h('h3', {}, `原因 ${diff.causes.length} 处`), diff.causes.map(c => h('div', { class: 'cause' }, h('p', {}, c.text), c.reason ? h('p', { class: 'dim' }, `更正原因：${c.reason}`) : null))),
      h('section', {}, h('h3', {}, '数字', h('span', { class: 'r' }, `${diff.changes.length} 个`)), [...by].map(([k, xs]) => { const [t, n, label] = k.split('|'); return h('details', { open: +n - 1 === at, class: 'cgroup' }, h('summary', {}, h('span', {}, short(t)), h('span', { class: 'k' }, label ? `第 ${label} 页　` : '', `${xs.length} 处`)), h('table', { class: 'mv' }, h('tbody', {}, xs.map(([c, p]) => h('tr', {}, h('th', { scope: 'row' }, h('button', { type: 'button', class: 'link', onclick: () => n && go(+n - 1, c.address) }, p.row || c.address), p.column ? h('small', {}, p.column) : null), h('td', {}, p.old ?? '空'), h('td', { class: 'ar' }, '→'), h('td', { class: 'new' }, p.new ?? '空')))))); })),
      diff.sentences.length ? h('section', {}, h('h3', {}, '情况说明', h('span', { class: 'r' }, `${diff.sentences.length} 句`)), h('ul', { class: 'sents' }, diff.sentences.slice(0, 80).map(s => h('li', {}, s.pdf_page ? h('button', { type: 'button', class: 'link', onclick: () => go(s.pdf_page - 1) }, `第 ${s.page} 页`) : null, h('p', {}, marked(s.old, s.new)))))) : null,
      diff.rows.length ? h('section', {}, h('h3', {}, '增删的行', h('span', { class: 'r' }, `${diff.rows.length} 行`)), h('ul', { class: 'sents' }, diff.rows.slice(0, 80).map(r => h('li', {}, r.added ? h('ins', {}, r.row) : h('del', {}, r.row))))) : null,
      diff.texts.length ? h('section', {}, h('h3', {}, '别的字', h('span', { class: 'r' }, `${diff.texts.length} 处`)), h('ul', { class: 'sents' }, diff.texts.slice(0, 80).map(s => h('li', {}, marked(s.old, s.new))))) : null,
      diff.pages.some(p => p.changed.length) ? h('section', {}, h('h3', {}, '要换的页'), diff.pages.map(p => h('p', {}, `第 ${p.changed.map(x => x.label || x.pdf_page).join('、')} 页；双面印刷换第 ${p.sheets.join('、')} 张`))) : null);
  }
  load();
  return { routed() { if (S.arg && S.arg !== old) { old = S.arg; load(); } }, changed(what) { if (what === 'move-next' || what === 'move-before') $$('.bar .btn.icon', main)[what === 'move-next' ? 1 : 0]?.click(); }, show() {} };
}
