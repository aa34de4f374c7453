import { post, get, Refused } from './api.js';
import { $, btn, dialog, fill, h, icon } from './dom.js';

/** All departments, or those that were named. */
export function homeView(all) {
  const list = all.departments;
  const app = $('#app');
  app.className = 'app nonav';
  const state = h('td', { class: 'dim' }, '');
  const row = d => {
    const cells = { state: h('td', { class: 'dim' }, '正在看…'), err: h('td', { class: 'nr' }), warn: h('td', { class: 'nr' }), go: h('td', { class: 'go' }) };
    look(d, cells);
    return h('tr', {}, h('td', {}, d.code || ''), h('th', { scope: 'row' }, h('a', { href: `#/d/${d.id}/pages` }, d.name || d.folder), h('span', { class: 'dim fold' }, d.folder)), h('td', {}, d.year || ''), cells.state, cells.err, cells.warn, h('td', { class: d.edition ? '' : 'dim' }, d.edition || '尚未发布'), cells.go);
  };
  const table = h('table', { class: 'list' }, h('thead', {}, h('tr', {}, ['代码', '部门', '年度', '状态'].map(t => h('th', { scope: 'col' }, t)), ['错误', '警告'].map(t => h('th', { scope: 'col', class: 'nr' }, t)), h('th', { scope: 'col' }, '最近一版'), h('th', { scope: 'col', class: 'nr' }, '下一步'))), h('tbody', {}, list.map(row)));
  const empty = h('div', { class: 'blank' }, h('h2', {}, '这里还没有部门'), h('p', { class: 'dim' }, `在 ${all.root} 下没有找到带 report.toml 的文件夹。可以打开别处的文件夹，或用 gongkai new 新建。`));
  fill(app, 
    h('header', { class: 'top' }, h('span', { class: 'seal' }, '公开'), h('strong', { class: 'dept' }, '公开文本工作台'), h('span', { class: 'grow' }), btn('打开文件夹…', { icon: 'folder', kind: list.length ? '' : 'primary', on: openFolder })),
    h('div', { class: 'body' }, h('main', { id: 'main', tabindex: '-1', class: 'home' }, h('div', { class: 'hhead' }, h('h1', {}, '部门'), h('span', { class: 'dim' }, `${list.length} 个文件夹`)), list.length ? h('div', { class: 'listwrap' }, table) : empty)));
}
async function look(d, cells) {
  try {
    const s = await queued(() => get('desk', { d: d.id }));
    const [word, cls, ic] = s.stale || !s.documents.length ? ['读不出来', 'er', 'err'] : s.tally.errors ? ['有错误', 'er', 'err'] : s.edits.length ? ['有改动没有保存', 'mv', 'edit'] : s.editions.length ? ['发布过', 'ok', 'ok'] : ['可以发布', 'go', 'page'];
    cells.state.className = '';
    fill(cells.state, h('span', { class: 'st ' + cls }, icon(ic, 14), word));
    cells.err.textContent = s.tally.errors;
    cells.err.className = 'nr' + (s.tally.errors ? ' red' : '');
    cells.warn.textContent = s.tally.warnings;
    fill(cells.go, h('a', { href: `#/d/${d.id}/pages` }, s.tally.errors ? `去改 ${s.tally.errors} 处错误` : '看页面'));
  } catch (e) {
    cells.state.textContent = e instanceof Refused ? e.message : '打不开';
  }
}
let queue = Promise.resolve();
const queued = f => { const p = queue.then(f); queue = p.catch(() => {}); return p; };

export function openFolder() {
  const input = h('input', { type: 'text', autofocus: true, 'aria-describedby': 'of', placeholder: '如 D:\\预算\\631-2024', size: 60 });
  const told = h('p', { id: 'of', class: 'dim' }, '把文件夹（或工作簿）的路径贴在这里。在 Windows 里：按住 Shift 右击文件夹，选“复制为路径”。');
  const go = async () => {
    try {
      const r = await post('open', {}, { path: input.value });
      d.close();
      location.hash = `#/d/${r.id}/pages`;
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
