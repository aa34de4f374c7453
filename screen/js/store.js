import { bytes, get, post, Refused } from './api.js';
import { say } from './dom.js';

/** What is shown, and what of it is chosen. Every fact is the server's: `desk` is its last answer. */
export const S = {
  /** @type {any} */ desk: null,
  /** @type {number|null} */ id: null,
  view: 'pages', arg: '',
  panel: 'why', panelOpen: true, navOpen: true, thumbs: false,
  /** @type {any} */ fig: null,
  /** @type {any} */ why: null,
  /** @type {any} */ find: null,
  filter: 'all', marks: { problems: true, moves: true },
  doc: 0, at: 0,
  /** @type {number|string} */
  zoom: 'fit',
  /** @type {any[]} */ hits: [], hit: -1, query: '',
  busy: false, /** @type {any} */ fault: null,
  size: localStorage.getItem('size') || 'normal', theme: localStorage.getItem('theme') || 'light',
};
const subs = new Set();
/** @param {(what: string) => void} f */
export const on = f => { subs.add(f); };
/** @param {string} [what] */
export const emit = (what = 'all') => subs.forEach(f => f(what));

const known = new Map();
/** The fonts that the pages ask for; a face that has more glyphs than before takes the place of its former self. */
export async function faces(fonts) {
  await Promise.all(fonts.map(async f => {
    if (known.get(f.family)?.name === f.name) return;
    const face = new FontFace(f.family, await bytes('font', { face: f.face, name: f.name }));
    await face.load();
    const old = known.get(f.family);
    document.fonts.add(face);
    if (old) document.fonts.delete(old.face);
    known.set(f.family, { name: f.name, face });
  }));
}
let last = 0, /** What was asked for before. @type {Promise<any>} */ before = Promise.resolve();
/** Takes the server's answer as the truth; of two answers the later version counts. */
export async function take(desk) {
  await faces(desk.fonts);
  const old = S.desk;
  S.desk = desk;
  S.fault = null;
  if (old && old.id === desk.id && S.find != null) {
    const was = old.findings[S.find];
    const i = was ? desk.findings.findIndex(f => f.code === was.code && f.message === was.message && f.place?.said === was.place?.said) : -1;
    S.find = i < 0 ? null : i;
  }
  if (S.fig) chosen(S.fig, false);
  emit('desk');
}
export async function load(id) {
  S.id = id;
  await take(await get('desk', { d: id }));
}
/** Something is done, after what was asked for before; what the department is then is the answer. Of several the last is taken. */
export function act(what, body, told, id = S.id) {
  const mine = ++last;
  S.busy = true;
  emit('busy');
  const done = before.then(() => ask(mine, what, body, told, id));
  before = done.catch(() => {});
  return done;
}
async function ask(mine, what, body, told, id) {
  try {
    const desk = await post(what, { d: id }, body);
    if (mine === last && id === S.id) await take(desk);
    if (told) say(told(desk));
    return desk;
  } catch (e) {
    if (!(e instanceof Refused)) throw e;
    // Others may have changed what is shown.
    if (mine === last && id === S.id && e.status) await get('desk', { d: id }).then(take).catch(() => {});
    S.fault = e.said;
    say(e.message);
    emit('fault');
    return null;
  } finally {
    if (mine === last) { S.busy = false; emit('busy'); }
  }
}
/** An edit says what it saw of the rows and of the text that it changes. What was typed and could not go in is shown, to be kept. */
export async function edit(e, id = S.id) {
  const done = await act('edit', e, d => d.moved ? `变了 ${d.moved.changes.length} 个数字` : '已改', id);
  if (!done) (await import('./conflict.js')).refusedDialog(e, S.fault);
  return done;
}
export const undo = () => S.desk.edits.length && act('undo', {}, () => '已撤消');
export const redo = () => S.desk.undone && act('redo', {}, () => '已重做');
export const save = async () => {
  await before;
  if (!S.desk.edits.length && !S.desk.conflicts.length) return;
  const desk = await act('save', {}, d => d.written ? '已保存' : '没有保存');
  if (desk?.written) { S.written = desk.written; }
  return desk;
};
/** The user's system opens a place of this department: its data, its files, a record file. @param {string} what */
export async function showPlace(what) {
  try {
    const r = await post('show', { d: S.id }, { what });
    say(`已打开 ${r.shown}`);
  } catch (e) {
    if (!(e instanceof Refused)) throw e;
    S.fault = e.said;
    say(e.message);
    emit('fault');
  }
}
/** A figure is chosen: why it is what it is, is asked. */
export async function chosen(fig, open = true) {
  S.fig = fig;
  if (open) { S.panel = 'why'; S.panelOpen = true; emit('fig'); }
  const mine = fig;
  try {
    const why = await get('why', { d: S.id, doc: fig.doc, a: fig.a });
    if (S.fig === mine) S.why = why;
  } catch {
    if (S.fig === mine) { S.why = null; S.fig = null; }
  }
  emit('fig');
}
export const findings = () => S.desk.findings.filter(f => !f.acknowledged);
/** What readers call a page. */
export const pageName = (doc, n) => { const label = S.desk.documents[doc]?.pages[n]?.label; return label ? `第 ${label} 页` : n === 0 ? '封面' : `第 ${n + 1} 张`; };
export const severity = { error: '错误', warning: '警告', note: '提示' };
export const base = () => `#/d/${S.id}`;
