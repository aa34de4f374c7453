import { get, page, post, Refused } from './api.js';
import { $, btn, fill, h, icon, say } from './dom.js';
import { S, emit, load, on, redo, save, take, undo } from './store.js';
import { homeView } from './home.js';
import { shell, refresh } from './shell.js';

const R = document.documentElement;
R.dataset.size = S.size; R.dataset.theme = S.theme;

let routes = 0;
async function route() {
  const mine = ++routes;
  const [a = '', id = '', view = '', ...rest] = decodeURIComponent(location.hash.replace(/^#\/?/, '')).split('/');
  try {
    if (a !== 'd') {
      S.id = null;
      const all = await get('departments');
      if (mine !== routes) return;
      if (all.departments.length === 1 && !sessionStorage.getItem('home')) { location.replace('#/d/0/pages'); return; }
      homeView(all);
      document.body.dataset.ready = '1';
      return;
    }
    sessionStorage.setItem('home', '1');
    const was = S.id;
    if (S.id !== +id || !S.desk) { S.fig = S.why = S.find = null; S.doc = S.at = 0; await load(+id); if (mine !== routes) return; if (S.desk.edits.length) S.panel = 'moves'; }
    Object.assign(S, { view: view || 'pages', arg: rest.join('/') });
    shell(was !== +id);
  } catch (e) {
    if (!(e instanceof Refused)) throw e;
    if (e.status === 404) blank('没有这个部门', '地址是从前的；到全部部门里再打开', h('a', { class: 'btn primary', href: '#/' }, '全部部门'));
    else blank(e.said.message, e.said.hint);
  }
  document.body.dataset.ready = '1';
}
function blank(title, hint, way = null) {
  $('#app').className = 'app nonav';
  fill($('#app'), h('main', { id: 'main', class: 'blank', tabindex: '-1' }, h('h1', {}, title), hint && h('p', {}, hint), h('p', {}, way || btn('再试一次', { kind: 'primary', on: route }))));
}
on(what => { if (S.id != null && S.desk) refresh(what); });

addEventListener('keydown', e => {
  if (e.isComposing) return;
  const k = e.key.toLowerCase(), dlg = $('dialog[open]');
  if (e.ctrlKey && k === 's') { e.preventDefault(); if (S.id != null) save(); return; }
  if (dlg || S.id == null) return;
  const typing = e.target instanceof HTMLElement && e.target.closest('input,textarea,[contenteditable=true]');
  if (e.ctrlKey && !e.shiftKey && k === 'z' && !typing) { e.preventDefault(); undo(); }
  else if (e.ctrlKey && (k === 'y' || e.shiftKey && k === 'z') && !typing) { e.preventDefault(); redo(); }
  else if (e.ctrlKey && k === 'f') { e.preventDefault(); $('.find input')?.select(); $('.find input')?.focus(); }
  else if (e.ctrlKey && k === 'b') { e.preventDefault(); S.navOpen = !S.navOpen; emit('nav'); }
  else if (e.ctrlKey && e.shiftKey && k === 'p') { e.preventDefault(); $('#publish')?.click(); }
  else if (e.key === 'F6') { e.preventDefault(); region(e.shiftKey ? -1 : 1); }
  else if (e.key === 'F8') { e.preventDefault(); emit(e.shiftKey ? 'problem-before' : 'problem-next'); }
  else if (e.key === 'F4') { e.preventDefault(); emit(e.shiftKey ? 'move-before' : 'move-next'); }
});
function region(step) {
  const all = ['.top', '.nav,.railnav', 'main', '.panel'].map(s => $(s)).filter(Boolean), i = all.findIndex(r => r.contains(document.activeElement));
  const to = all[(i + step + all.length) % all.length];
  (to.querySelector('[tabindex="0"],a,button:not(:disabled),input') || to).focus();
}

// The server is told that this window is there; it says whether the files were changed by someone else.
let gone = false;
async function pulse() {
  // What still happens to a window that is being closed says nothing more.
  if (gone) return;
  try {
    const d = S.id != null && S.desk ? S.id : undefined;
    const r = await get('pulse', { w: page, d, h: document.hidden ? 1 : undefined });
    if (d !== undefined && d === S.id && !S.busy && r.version && r.version !== S.desk.version) {
      await take(await get('desk', { d }));
      say('文件在别处改过，已按新的显示');
    }
  } catch (e) {
    if (e instanceof Refused && e.status === 0 && S.desk) { S.fault = e.said; emit('fault'); }
  }
}
setInterval(pulse, 2000);
addEventListener('focus', pulse);
// A hidden window may be frozen; the server waits for it longer.
document.addEventListener('visibilitychange', pulse);
addEventListener('pagehide', () => { gone = true; post('bye', { w: page }, {}, { keepalive: true }).catch(() => {}); });
addEventListener('pageshow', () => { gone = false; pulse(); });
addEventListener('beforeunload', e => { if (S.desk?.edits.length || S.desk?.conflicts.length) e.preventDefault(); });
addEventListener('hashchange', route);
route();
