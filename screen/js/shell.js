import { $, btn, fill, h, icon, say } from './dom.js';
import { S, base, emit, redo, save, showPlace, undo, findings } from './store.js';
import { get } from './api.js';
import { pagesView } from './pages.js';
import { recordsView } from './records.js';
import { proseView } from './prose.js';
import { compareView } from './compare.js';
import { movesPanel, problemsPanel, whyPanel, step } from './panels.js';
import { publishDialog } from './publish.js';
import { keysDialog } from './keys.js';
import { conflictDialog } from './conflict.js';

const VIEWS = { pages: pagesView, records: recordsView, prose: proseView, compare: compareView };
/** @type {any} */ let view = null;
let mounted = '';

/** The frame of a department; its view is made anew only when another one is asked for. */
export function shell(fresh) {
  const key = `${S.id}/${S.view}/${S.view === 'pages' ? '' : S.arg}`;
  const app = $('#app');
  if (fresh || !$('.panel', app) || !$('#main')) {
    fill(app, h('header', { class: 'top' }), h('div', { class: 'body' }, h('div', { class: 'navbox' }), h('main', { id: 'main', tabindex: '-1' }), h('aside', { class: 'panel', 'aria-label': '来源、问题、改动' })));
    mounted = '';
  }
  if (key !== mounted) {
    mounted = key;
    view?.gone?.();
    const make = VIEWS[S.view] || pagesView;
    view = make($('#main'));
  } else view?.routed?.();
  refresh('all');
}
/** Paints what may have changed. */
export function refresh(what) {
  if (!$('.panel') || !$('#main')) return;
  if (what === 'problem-next' || what === 'problem-before') return step(what === 'problem-next' ? 1 : -1);
  frame();
  if (['all', 'desk', 'busy', 'fault', 'hits'].includes(what)) { top(); banner(); }
  if (['all', 'desk', 'nav', 'at'].includes(what)) nav();
  if (what !== 'at' && what !== 'busy') panel();
  view?.changed?.(what);
  if (what === 'desk' && S.desk.conflicts.length) conflictDialog();
}
function narrow() { return innerWidth < 1000 || innerWidth < 1500 && (S.view !== 'pages' || wide()); }
function wide() { const p = S.desk.documents[S.doc]?.pages[S.at]; return !!p && p.w > p.h; }
function frame() {
  const rail = !S.navOpen || narrow();
  const panelled = S.panelOpen && S.view !== 'compare';
  $('#app').className = 'app' + (rail ? ' rail' : '') + (panelled ? ' with-panel' : '');
  $('.panel').hidden = !panelled;
  document.title = `${S.desk.edits.length ? '● ' : ''}${S.desk.name || S.desk.folder} ${S.desk.year || ''}年　公开文本工作台`;
}
function top() {
  const d = S.desk, n = d.edits.length, err = d.tally.errors;
  const state = S.fault ? h('span', { class: 'state bad', role: 'alert' }, icon('err'), h('span', { class: 'clip', title: [S.fault.message, S.fault.hint].filter(Boolean).join('；') }, S.fault.message))
    : S.busy ? h('span', { class: 'state' }, '正在重排…')
    : d.conflicts.length ? h('button', { type: 'button', class: 'state dirty', id: 'undecided', title: '文件在别处改过，要您定', onclick: conflictDialog }, icon('warn'), h('b', {}, d.conflicts.length), ' 处两边都改了…')
    : n ? h('span', { class: 'state dirty' }, h('b', {}, n), ' 处改动未保存')
    : h('span', { class: 'state' }, icon('ok'), '都已保存');
  const input = h('input', { type: 'search', placeholder: '查词、金额，如 85.05', value: S.query, 'aria-label': '查找' });
  input.addEventListener('keydown', e => { if (e.key === 'Enter' && !e.isComposing) search(input.value, e.shiftKey ? -1 : 1); else if (e.key === 'Escape') { input.value = ''; search('', 1); } });
  input.addEventListener('search', () => { if (!input.value) search('', 1); });
  const focused = document.activeElement?.closest('.find') ? $('.find input') : null, at = focused && [focused.value, focused.selectionStart, focused.selectionEnd];
  const held = document.activeElement?.closest('.top') && !focused ? document.activeElement.id : '';
  fill($('.top'), 
    h('a', { class: 'seal', href: '#/', 'aria-label': '全部部门' }, '公开'), h('a', { class: 'crumb', href: '#/' }, '全部部门'), h('span', { class: 'sep', 'aria-hidden': 'true' }, '/'),
    h('h1', { class: 'dept', title: d.path }, h('span', { class: 'code' }, d.code), d.name || d.folder, d.year ? h('span', { class: 'yr' }, d.year + '年') : null),
    h('label', { class: 'find' }, icon('find'), input, S.hits.length ? h('span', { class: 'hits', role: 'status' }, `${S.hit + 1} / ${S.hits.length}`) : S.query ? h('span', { class: 'hits', role: 'status' }, '没有找到') : h('kbd', {}, 'Ctrl+F')),
    h('span', { class: 'grow' }), state,
    btn('撤消', { id: 'undo', icon: 'undo', disabled: !n, title: n ? '撤消上一步（Ctrl+Z）' : '没有可以撤消的', on: undo }),
    btn('保存', { id: 'save', kind: n ? 'primary' : '', disabled: !n, title: n ? '写进文件（Ctrl+S）' : '没有改动', on: save }),
    btn('公开…', { id: 'publish', kind: n ? '' : 'primary', title: '送审、发布、更正（Ctrl+Shift+P）', on: publishDialog }),
    h('button', { class: 'btn ghost icon', type: 'button', title: '更多', 'aria-label': '更多', popovertarget: 'menu' }, icon('menu')), menu());
  if (at) { const now = $('.find input'); now.value = at[0]; now.focus(); now.setSelectionRange(at[1], at[2]); }
  if (held) document.getElementById(held)?.focus();
}
function menu() {
  const set = (k, v) => { S[k] = v; localStorage.setItem(k, v); document.documentElement.dataset[k] = v; emit(); };
  const row = (t, k, all) => h('div', { class: 'mrow' }, h('span', {}, t), h('span', { class: 'seg', role: 'group', 'aria-label': t }, all.map(([v, l]) => h('button', { type: 'button', 'aria-pressed': String(S[k] === v), onclick: () => set(k, v) }, l))));
  return h('div', { id: 'menu', class: 'menu', popover: 'auto' }, row('字号', 'size', [['normal', '标准'], ['large', '大']]), row('明暗', 'theme', [['light', '浅'], ['dark', '深']]),
    h('button', { type: 'button', class: 'mi', disabled: !S.desk.undone, onclick: () => { $('#menu').hidePopover(); redo(); } }, '重做', h('kbd', {}, 'Ctrl+Y')),
    [['data', '打开数据的文件夹'], ['output', '打开公开文件的文件夹'], S.view === 'records' && S.arg ? [S.arg, '用 Excel 或 WPS 打开这个文件'] : null].filter(Boolean).map(([what, words]) => h('button', { type: 'button', class: 'mi', id: 'show-' + what, onclick: () => { $('#menu').hidePopover(); showPlace(what); } }, words)),
    h('button', { type: 'button', class: 'mi', onclick: () => { $('#menu').hidePopover(); keysDialog(); } }, '键盘一览'));
}
async function search(q, dir) {
  if (q !== S.query) {
    S.query = q; S.hit = -1;
    S.hits = q.trim() ? (await get('find', { d: S.id, q })).found : [];
  }
  if (S.hits.length) {
    S.hit = (S.hit + dir + S.hits.length) % S.hits.length;
    if (S.view !== 'pages') location.hash = base() + '/pages';
    const a = S.hits[S.hit][0];
    say(`第 ${S.hit + 1} 处，共 ${S.hits.length} 处`);
    setTimeout(() => view?.show?.(a.d, a.p, a), 0);
  }
  emit('hits');
}
function banner() {
  $('.banner')?.remove();
  const d = S.desk;
  if (d.stale || !d.documents.length) {
    const n = d.tally.errors;
    $('#main').prepend(h('div', { class: 'banner', role: 'status' }, icon('err', 20), h('span', {}, h('b', {}, `数据有 ${n} 处错误，读不出来。`), d.documents.length ? '下面的页面停在上一次能生成的样子；改好一处少一处。' : '改好以后这里就是页面。'), h('span', { class: 'grow' }), btn('去改', { on: () => { S.panel = 'problems'; S.panelOpen = true; emit(); } })));
  } else if (d.restored && d.edits.length) {
    $('#main').prepend(h('div', { class: 'banner info', role: 'status' }, icon('note', 20), h('span', {}, `上次没有保存的 ${d.edits.length} 处改动还在，已经接着打开。`), h('span', { class: 'grow' }), btn('看改动', { on: () => { S.panel = 'moves'; S.panelOpen = true; emit(); } })));
  }
}
const badge = (n, kind = 'warn') => n ? h('span', { class: 'badge ' + kind, 'aria-label': n + (kind === 'err' ? ' 个错误' : ' 个问题') }, n) : null;
export function short(t) {
  const bare = t.replace(/^部门预算(?=.)/, '').replace(/^第?[一二三四五六七八九十]+、/, '').replace(/^第[一二三四五六七八九十]+部分\s*/, '');
  const own = bare.replace(S.desk.name || '\0', '').replace(/^\d{4}年度?(部门预算)?(信息公开)?/, '') || bare;
  return own.length > 11 ? own.replace(/(预算)财政拨款/, '$1').replace(/^财政拨款(?=“)/, '') : own;
}
/** The entry of the contents that a page belongs to. */
export function entryOf(doc, n) {
  const all = S.desk.documents[doc]?.outline || [];
  let found = -1;
  all.forEach((o, i) => { if (o.page <= n && shownEntry(o)) found = i; });
  return found;
}
const shownEntry = o => o.level <= 2;
function nav() {
  const d = S.desk, box = $('.navbox'), rail = !S.navOpen || narrow();
  const errs = d.tally.errors, open = findings();
  if (rail) {
    const it = (ic, t, href, b, k) => h('li', {}, h('a', { href, title: t, 'aria-current': k === S.view ? 'page' : null }, icon(ic, 20), h('span', {}, t), b));
    fill(box, h('nav', { class: 'railnav', 'aria-label': '公开文本和数据' },
      S.navOpen ? null : btn('', { icon: 'next', kind: 'ghost icon', label: '展开目录', title: '展开目录（Ctrl+B）', expanded: 'false', on: () => { S.navOpen = true; emit(); } }),
      h('ul', {}, it('page', '文本', base() + '/pages', null, 'pages'), it('table', '数据', `${base()}/records/${d.files[0]?.id || ''}`, badge(errs, 'err'), 'records'), it('text', '文字', `${base()}/prose/${encodeURIComponent(d.texts[0]?.file || '')}`, null, 'prose'), it('clock', '各版', base() + '/compare', null, 'compare'))));
    return;
  }
  const scroll = $('.nav')?.scrollTop || 0;
  const item = (href, current, name, right, b, full, click) => h('li', {}, h('a', { href, 'aria-current': current ? 'page' : null, title: full || null, onclick: click }, h('span', { class: 'n' }, name), b, h('span', { class: 'r' }, right)));
  const on = (doc, from, to) => open.filter(f => f.areas.some(a => a.d === doc && a.p >= from && a.p < to)).length;
  const documents = d.documents.map((doc, i) => {
    const entries = doc.outline.map((o, n) => ({ ...o, n })).filter(shownEntry);
    const here = S.view === 'pages' && S.doc === i ? entryOf(i, S.at) : -1;
    const list = S.thumbs ? thumbs(doc, i) : h('ul', {}, entries.map((o, n) => {
      const next = entries[n + 1], to = next ? Math.max(next.page, o.page + 1) : doc.pages.length;
      return item(`${base()}/pages/${i}.${o.page}`, here === o.n, [o.level > 1 ? h('i', {}, '') : null, o.page === 0 && !n ? '封面' : short(o.title)], doc.pages[o.page]?.label, badge(on(i, o.page, to)), o.title, () => view?.show?.(i, o.page));
    }));
    return h('section', {}, h('h2', {}, d.documents.length > 1 ? doc.name || '公开文本' : '公开文本', h('span', { class: 'r' }, btn(S.thumbs ? '看目录' : '看缩略图', { kind: 'link', on: () => { S.thumbs = !S.thumbs; emit('nav'); } }), `　${doc.pages.length} 页`)), list);
  });
  const inFile = id => open.filter(f => f.place?.id === id).length, inText = file => open.filter(f => f.place?.file === file).length;
  const wrong = id => open.filter(f => f.place?.id === id && f.severity === 'error').length;
  fill(box, h('nav', { class: 'nav', 'aria-label': '公开文本和数据' }, documents,
    h('section', {}, h('h2', {}, '数据', h('span', { class: 'r' }, '笔')), h('ul', {}, d.files.map(f => item(`${base()}/records/${f.id}`, S.view === 'records' && S.arg === f.id, f.title, f.rows, wrong(f.id) ? badge(wrong(f.id), 'err') : badge(inFile(f.id)), f.file)))),
    d.texts.length ? h('section', {}, h('h2', {}, '本部门写的文字'), h('ul', {}, d.texts.map(t => item(`${base()}/prose/${encodeURIComponent(t.file)}`, S.view === 'prose' && S.arg === t.file, textTitle(t), '', badge(inText(t.file)), t.file)))) : null,
    h('section', {}, h('h2', {}, '发布过的各版'), d.editions.length ? h('ul', {}, [...d.editions].reverse().map(id => item(`${base()}/compare/${id}`, S.view === 'compare' && S.arg === id, editionName(id), '', null))) : h('p', { class: 'dim none' }, '还没有发布过'))));
  $('.nav').scrollTop = scroll;
}
export const textTitle = t => t.title ? short(t.title) : t.file.replace(/^text\//, '').replace(/\.md$/, '');
export const editionName = id => { const m = /^(\d{4}-\d\d-\d\d)-(\d+)$/.exec(id); return m ? `${m[1]} 第 ${m[2]} 版` : id; };
function thumbs(doc, i) {
  return h('ul', { class: 'thumbs' }, doc.pages.map((p, n) => h('li', {}, h('a', { href: `${base()}/pages/${i}.${n}`, 'aria-current': S.view === 'pages' && S.doc === i && S.at === n ? 'page' : null, onclick: () => view?.show?.(i, n) }, h('span', { class: 'thumb', style: `aspect-ratio:${p.w}/${p.h}`, 'data-doc': i, 'data-n': n }), h('span', {}, p.label || (n === 0 ? '封面' : ''))))));
}
function panel() {
  const d = S.desk, n = findings().length, m = d.edits.length, err = d.tally.errors;
  const tab = (k, t, c, cls) => h('button', { role: 'tab', type: 'button', id: 'tab-' + k, tabindex: S.panel === k ? '0' : '-1', 'aria-selected': String(S.panel === k), 'aria-controls': 'pbody', onclick: () => { S.panel = k; emit('panel'); } }, t, c != null && h('span', { class: 'c ' + (cls || '') }, c));
  const make = { why: whyPanel, problems: problemsPanel, moves: movesPanel }[S.panel];
  const keep = $('.pbody'), same = keep?.dataset.tab === S.panel, scroll = same ? keep.scrollTop : 0;
  const held = document.activeElement?.closest('.panel') ? document.activeElement.id : null;
  const opened = same ? [...keep.querySelectorAll('details[open]')].map(x => x.dataset.k).filter(Boolean) : [];
  const { body, foot } = make();
  fill($('.panel'), 
    h('div', { class: 'tabs' }, h('div', { role: 'tablist', class: 'tl', 'aria-label': '右栏', onkeydown: e => { const all = ['why', 'problems', 'moves'], i = all.indexOf(S.panel) + ({ ArrowRight: 1, ArrowLeft: -1 }[e.key] || 0); if (e.key.startsWith('Arrow')) { S.panel = all[(i + 3) % 3]; emit('panel'); $('#tab-' + S.panel).focus(); } } },
      tab('why', '来源'), tab('problems', '问题', n, err ? 'badge err' : ''), tab('moves', '改动', m, m ? 'hot' : '')), h('span', { class: 'grow' }), btn('', { icon: 'next', kind: 'ghost icon', label: '收起右栏', title: '收起右栏', on: () => { S.panelOpen = false; emit(); } })),
    h('div', { class: 'pbody', id: 'pbody', role: 'tabpanel', tabindex: '0', 'aria-labelledby': 'tab-' + S.panel, 'data-tab': S.panel }, body), foot ? h('footer', { class: 'pfoot' }, foot) : null);
  for (const x of $('.pbody').querySelectorAll('details')) if (opened.includes(x.dataset.k)) x.open = true;
  $('.pbody').scrollTop = scroll;
  if (held) document.getElementById(held)?.focus();
}
addEventListener('resize', () => { if (S.desk && S.id != null) { frame(); nav(); view?.changed?.('size'); } });
/** The page shows a place, whatever view is open. */
export function goTo(d, p, area) {
  if (S.view !== 'pages') { location.hash = `${base()}/pages/${d}.${p}`; setTimeout(() => view?.show?.(d, p, area), 60); }
  else view?.show?.(d, p, area);
}
