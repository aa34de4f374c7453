import { get, post, Refused } from './api.js';
import { $, btn, dialog, fill, h, icon, say } from './dom.js';
import { newDialog, WORKBOOK } from './fresh.js';

/** What the last list was, for what is dropped on any screen. @type {any} */
let known = { departments: [], root: '' };
const STANDING = { absent: ['未交', 'dim', 'note'], errors: ['有错误', 'er', 'err'], warnings: ['有警告', 'wn', 'warn'], good: ['无误', 'ok', 'ok'] };

/** The board: all departments, or those that were named; what is known at once, then how each stands. */
export async function homeView(all) {
  known = all;
  const app = $('#app');
  app.className = 'app nonav';
  const list = h('div', { class: 'listwrap' }), told = h('span', { class: 'dim', role: 'status' }, '正在看各部门…'), title = h('h1', {}, '部门'), found = h('div', { class: 'bfound' });
  const acts = n => [btn('打开文件夹…', { id: 'openfolder', icon: 'folder', on: () => openFolder() }), btn('新建…', { id: 'newdept', icon: 'plus', kind: n ? '' : 'primary', on: () => newDialog(all) })];
  const plain = all.departments;
  fill(app,
    h('header', { class: 'top' }, h('span', { class: 'seal' }, '公开'), h('strong', { class: 'dept' }, '公开文本工作台'), h('span', { class: 'grow' }), acts(plain.length)),
    h('div', { class: 'body' }, h('main', { id: 'main', tabindex: '-1', class: 'home' }, h('div', { class: 'hhead' }, title, told), list, found)));
  const empty = () => fill(list, h('div', { class: 'blank' }, h('h2', {}, '这里还没有部门'), h('p', { class: 'dim' }, `在 ${all.root} 下没有找到部门的数据文件夹（里面有 report.toml）。可以新建一个；把工作簿拖到这里，由它新建；或打开别处的文件夹。`)));
  const waiting = { standing: '', errors: '', warnings: '', off: '', person: '', due: '', next: '' };
  table(list, plain.map(d => ({ ...waiting, ...d })), all);
  let board;
  try { board = await get('board'); } catch (e) {
    if (!(e instanceof Refused)) throw e;
    fill(told, e.message);
    return;
  }
  if (!told.isConnected) return;
  const names = new Map(plain.map(d => [d.id, d]));
  const lines = board.departments.map(l => ({ ...names.get(l.id), ...l, name: l.name || names.get(l.id)?.name, folder: names.get(l.id)?.folder || l.folder }));
  if (board.name) fill(title, `${board.name} ${board.year || ''}年度各部门`);
  fill(told, lines.length ? board.summary : '');
  if (lines.length) table(list, lines, all); else empty();
  fill(found, board.findings.map(f => h('p', { class: 'sev ' + (f.severity === 'error' ? 'err' : 'warn') }, icon(f.severity === 'error' ? 'err' : 'warn', 14), h('span', {}, f.message, f.hint ? h('span', { class: 'dim' }, `　${f.hint}`) : null))));
}
/** The lines, columns that say nothing left out. */
function table(box, lines, all) {
  const has = k => lines.some(l => l[k]);
  const state = l => { const [word, cls, ic] = l.unsaved ? ['有改动没有保存', 'mv', 'edit'] : STANDING[l.standing] || ['正在看…', 'dim', 'clock']; return h('span', { class: 'st ' + cls }, icon(ic, 14), word); };
  const next = l => l.id == null ? h('span', { class: 'dim' }, l.next) : h('a', { href: `#/d/${l.id}/pages` }, (l.next || '看页面').replace(/：gongkai .*$/, ''));
  const columns = /** @type {[string, (line: any) => any, string?][]} */ ([
    ['代码', l => l.code || ''], ['部门', l => [l.id == null ? l.name || l.folder : h('a', { href: `#/d/${l.id}/pages` }, l.name || l.folder), h('span', { class: 'dim fold' }, l.folder)], 'th'],
    has('person') && ['负责人', l => l.person || ''], has('year') && ['年度', l => l.year || ''], ['状态', state],
    ['错误', l => h('span', { class: l.errors ? 'red' : '' }, l.standing === 'absent' ? '' : l.errors), 'nr'], ['警告', l => l.standing === 'absent' ? '' : l.warnings, 'nr'],
    has('off') && ['控制数', l => h('span', { class: l.off && l.off !== '相等' ? 'red' : '' }, l.off), 'ctl'],
    ['最近一版', l => l.edition ? l.edition + (l.changed ? '，改过' : '') : h('span', { class: 'dim' }, '尚未发布')], has('due') && ['到期', l => l.due || ''], ['下一步', next, 'go'],
  ].filter(Boolean));
  fill(box, h('table', { class: 'list' }, h('thead', {}, h('tr', {}, columns.map(([t, , c]) => h('th', { scope: 'col', class: c === 'nr' || c === 'go' ? c : null }, t)))),
    h('tbody', {}, lines.map(l => h('tr', { 'data-standing': l.standing }, columns.map(([, of, c]) => c === 'th' ? h('th', { scope: 'row' }, of(l)) : h('td', { class: c || null }, of(l))))))));
}

/** A folder or a workbook by its path. @param {string} [path] @param {string} [why] */
export function openFolder(path = '', why = '') {
  const input = h('input', { type: 'text', value: path, autofocus: true, 'aria-describedby': 'of', placeholder: '如 D:\\预算\\631-2024', size: 60 });
  const told = h('p', { id: 'of', class: 'dim' }, `${why}把文件夹（或工作簿）的路径贴在这里。在 Windows 里：按住 Shift 右击文件夹，选“复制为路径”。`);
  const go = async () => {
    try {
      const r = await post('open', {}, { path: input.value });
      d.close();
      if (r.id == null) { sessionStorage.setItem('home', '1'); if (location.hash === '#/') dispatchEvent(new Event('hashchange')); else location.hash = '#/'; }
      else location.hash = `#/d/${r.id}/pages`;
    } catch (e) {
      if (!(e instanceof Refused)) throw e;
      input.setAttribute('aria-invalid', 'true');
      told.className = 'sev err';
      fill(told, icon('err', 14), `${e.message}${e.said.hint ? '；' + e.said.hint : ''}`);
    }
  };
  input.addEventListener('keydown', e => { if (e.key === 'Enter' && !e.isComposing) go(); });
  const d = dialog('打开文件夹', [h('label', { class: 'fld' }, '路径', input), told], [h('span', { class: 'grow' }), btn('取消', { on: () => d.close() }), btn('打开', { kind: 'primary', on: go })], 'mid');
}

/** The text of a file in a folder that was dropped; null: there is none. @returns {Promise<string|null>} */
const within = (folder, name) => new Promise(done => folder.getFile(name, {}, file => file.file(f => f.text().then(done, () => done(null)), () => done(null)), () => done(null)));
/** A workbook makes a department, a path opens it. Where a folder lies no page is told: one of the list is known by what it says. */
async function dropped(data) {
  const item = [...data.items].find(i => i.kind === 'file'), entry = item?.webkitGetAsEntry?.(), file = data.files[0], text = data.getData('text/uri-list') || data.getData('text/plain');
  if (document.querySelector('dialog[open]')) return;
  if (entry?.isDirectory) {
    const said = await within(entry, 'report.toml');
    known = await get('departments');
    for (const d of known.departments.filter(d => d.folder === entry.name)) {
      const its = said == null ? null : await get('text', { d: d.id, file: 'report.toml' }).then(t => t.text, () => null);
      if (its != null && its.replace(/\r/g, '') === said.replace(/\r|^\ufeff/g, '')) { location.hash = `#/d/${d.id}/pages`; return; }
    }
    openFolder('', `浏览器不告诉网页“${entry.name}”在哪里。`);
  } else if (file && WORKBOOK.test(file.name)) newDialog(await get('departments'), file);
  else if (text) openFolder(text.split(/\r?\n/)[0]);
  else if (file) say(`“${file.name}”不是工作簿`);
}
addEventListener('dragover', e => e.preventDefault());
addEventListener('drop', e => { if (e.target instanceof Element && e.target.closest('input,textarea')) return; e.preventDefault(); if (e.dataTransfer) dropped(e.dataTransfer); });
