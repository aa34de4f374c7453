import { $, amount, btn, h, icon, say, sum, yuan } from './dom.js';
import { S, act, base, chosen, edit, emit, findings, pageName, save, severity } from './store.js';
import { goTo, short, textTitle } from './shell.js';
import { rounding } from './pages.js';
import { fixesDialog } from './fixes.js';
import { get } from './api.js';

const link = (text, on, o = {}) => h('button', { type: 'button', class: 'link', onclick: on, ...o }, text);
const KIND = { error: 'err', warning: 'warn', note: 'note' };
/** Where a figure stands, in fewer words than the exact ones. */
export const named = n => (n || '').replace(/《部门预算/, '《').replace(/^表 [^“]*/, '正文里的');
const tableTitle = id => { for (const d of S.desk.documents) for (const o of d.outline) if (o.table === id) return short(o.title); return null; };

/** Shows a row of a record file. */
export function toRow(file, line, column) {
  if (file) { S.goto = { file, line, column }; location.hash = `${base()}/records/${file}`; if (S.view === 'records' && S.arg === file) emit('goto'); }
}
export function toPlace(place) {
  if (!place) return;
  if (place.id) return toRow(place.id, place.line, place.column);
  if (S.desk.texts.some(t => t.file === place.file)) { S.goto = { file: place.file, line: place.line }; location.hash = `${base()}/prose/${encodeURIComponent(place.file)}`; if (S.view === 'prose' && S.arg === place.file) emit('goto'); }
}
const reachable = place => !!place && (!!place.id || S.desk.texts.some(t => t.file === place.file));
const said = place => { if (!place) return ''; const t = S.desk.texts.find(x => x.file === place.file); const name = place.title || (t && textTitle(t)) || place.file; return place.line ? `${name} 第 ${place.line} 行` : name; };

export function whyPanel() {
  const w = S.fig && S.why;
  if (!w) return { body: h('div', { class: 'empty' }, S.fig ? h('p', { class: 'dim' }, '正在查…') : [h('p', {}, '点页面上的任何一个数，这里说明它是怎么来的：哪几笔相加、怎样四舍五入、还印在哪里。'), h('p', { class: 'dim' }, '方向键在数之间移动，回车看来源。')]) };
  const src = w.source, lines = src.field ? src.lines : [], many = lines.length > 12 && !S.allLines;
  const row = l => {
    const open = S.editing?.line === l.line && S.editing.file === l.file ? S.editing : null;
    const input = open && h('input', { class: 'amt', value: open.typed ?? yuan(l.amount), 'aria-label': `第 ${l.line} 行${src.field}（元）`, inputmode: 'decimal', id: 'editline' });
    if (input) {
      const done = async () => { const v = amount(input.value); S.editing = null; if (v != null && v !== open.amount) await editLine(src.id, open, src.field, v); emit('fig'); };
      input.addEventListener('input', () => { open.typed = input.value; });
      input.addEventListener('keydown', e => { if (e.isComposing) return; if (e.key === 'Enter') { e.preventDefault(); done(); } else if (e.key === 'Escape') { S.editing = null; emit('fig'); } });
      setTimeout(() => { input.focus(); input.select(); });
    }
    return h('li', { class: open ? 'ed' : '' }, h('span', { class: 'ln' }, l.line), src.id ? h('button', { type: 'button', class: 'nm link', title: `${l.text}（到这一行）`, onclick: () => toRow(src.id, l.line) }, (l.label || words(l.text))) : h('span', { class: 'nm', title: l.text }, (l.label || words(l.text))),
      open ? input : src.id ? h('button', { type: 'button', class: 'amt', title: '改这一行（F2）', 'aria-label': `${(l.label || words(l.text))} ${yuan(l.amount)} 元，改这一行`, onclick: () => openLine(src.id, l) }, yuan(l.amount), icon('edit', 14)) : h('span', { class: 'amt' }, yuan(l.amount)));
  };
  const groups = new Map();
  for (const d of w.dependents) { const t = d.address.split('/')[0]; groups.set(t, [...groups.get(t) || [], d]); }
  const money = w.unit && w.unit !== '';
  return { body: h('div', { class: 'why' },
    h('h2', {}, named(w.name) || '正文里的数'),
    h('p', { class: 'big' }, h('b', {}, w.text || '空白'), money ? ' ' + w.unit : ''),
    w.exact != null && money ? h('p', { class: 'dim' }, `精确 ${yuan(w.exact)} 元${rounding({ unit: w.unit, t: w.text, exact: w.exact })}`) : w.exact == null ? h('p', { class: 'dim' }, '不知道是多少') : null,
    h('p', { class: 'adr' }, h('code', {}, w.address), btn('', { icon: 'copy', kind: 'ghost icon sm', label: '复制地址', title: '复制地址', on: () => { navigator.clipboard?.writeText(w.address); say('已复制'); } })),
    src.field ? h('section', {}, h('h3', {}, lines.length === 0 ? `${src.title || src.file}里没有属于它的行，所以是零` : lines.length === 1 ? `取自${src.title || src.file} 1 笔` : `${src.title || src.file} ${lines.length} 笔之和`, lines.length ? h('span', { class: 'r' }, money ? '元' : src.field) : null),
      lines.length ? h('ol', { class: 'lines' }, (many ? lines.slice(0, 10) : lines).map(row)) : null,
      many ? h('button', { type: 'button', class: 'more', onclick: () => { S.allLines = true; emit('fig'); } }, `再显示 ${lines.length - 10} 笔`, icon('down', 14)) : null,
      lines.length > 1 ? h('p', { class: 'sum' }, '合计', h('b', {}, yuan(sum(lines.map(l => l.amount))))) : null) : null,
    src.figures ? h('section', {}, h('h3', {}, `由 ${src.figures.length} 个数算出`), h('ul', { class: 'from' }, src.figures.map(f => h('li', {}, link(named(f.name) || f.address, () => byAddress(f.address)), h('span', { class: 'r' }, f.text))))) : null,
    !src.field && src.lines ? h('section', {}, h('h3', {}, '取自'), h('p', {}, src.id ? link(`${src.title} 第 ${src.lines[0].line} 行`, () => toRow(src.id, src.lines[0].line)) : `${src.lines[0].file} 第 ${src.lines[0].line} 行`)) : null,
    w.relations.length ? h('section', {}, h('h3', {}, `应符合的规则 ${w.relations.length} 条`, broken(w) ? h('span', { class: 'sev err r' }, icon('err', 14), '有不符') : h('span', { class: 'pass' }, icon('ok', 14), '都符合')),
      h('ul', { class: 'rels' }, w.relations.map((r, i) => h('li', {}, h('details', { 'data-k': 'r' + i }, h('summary', {}, r.says), h('p', {}, r.relation), h('code', {}, r.rule)))))) : null,
    h('section', {}, h('h3', {}, `印在 ${w.areas.length} 处`), h('ul', { class: 'places' }, w.areas.map(a => h('li', {}, link(pageName(a.d, a.p), () => goTo(a.d, a.p, a)), S.fig.p === a.p && S.fig.doc === a.d ? h('span', { class: 'dim' }, '　这一页') : null)))),
    w.dependents.length ? h('section', {}, h('h3', {}, `它变了，还有 ${w.dependents.length} 个数跟着变`), h('ul', { class: 'deps' }, [...groups].map(([t, all]) => h('li', {}, h('details', { 'data-k': 'd' + t }, h('summary', {}, h('span', {}, tableTitle(t) || '正文'), h('span', { class: 'k' }, `${all.length} 个`)), h('ul', {}, all.map(d => h('li', {}, link(named(d.name).replace(/^《[^》]*》/, '') || d.address, () => byAddress(d.address)), h('span', {}, d.text || '空白'))))))))) : null) };
}
const broken = w => { const codes = new Set(w.relations.map(r => r.rule)); return findings().some(f => codes.has(f.code) && f.address === w.address); };
const words = t => { const parts = t.split(/[，,、\s]+/).filter(x => /[^\d.\-A-Za-z]/.test(x)); return parts.length > 2 ? parts.slice(-2).join(' ') : parts.join(' ') || t; };
async function byAddress(a) {
  await chosen({ doc: S.fig?.doc || 0, a, p: -1, i: -1 });
  const at = S.why?.areas[0];
  if (at) goTo(at.d, at.p, at);
}
/** The row of a line as it stands; none: it is no longer what is shown. */
async function seen(file, line) {
  const grid = await get('grid', { d: S.id, file }), row = grid.rows.find(([n]) => n === line)?.[1];
  if (row && grid.version === S.desk.version) return { grid, row };
  S.fault = { message: `第 ${line} 行刚在别处改过或移走了，没有改`, hint: '现在显示的是新的；请看过再改' };
  say(S.fault.message);
  emit('fault');
  return null;
}
/** A line is opened to be typed into, as it is seen now. */
async function openLine(file, l) {
  const now = await seen(file, l.line);
  if (now) S.editing = { file: l.file, line: l.line, amount: l.amount, row: now.row };
  emit('fig');
}
async function editLine(file, { line, row }, field, value) {
  const grid = await get('grid', { d: S.id, file });
  const bare = t => t.replace(/[（(].*[)）]/, '').trim();
  const column = grid.columns.findIndex(c => bare(c.head) === bare(field));
  if (column < 0) return toRow(file, line);
  // Typed in 元; a column in 万元 gets it in 万元.
  const scale = grid.columns[column].scale.length - 1;
  const [, sign, a, b = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(value);
  const digits = a.padStart(scale + 1, '0'), typed = scale ? `${sign}${digits.slice(0, digits.length - scale)}.${digits.slice(-scale)}${b}` : value;
  S.panel = 'moves';
  await edit({ kind: 'cells', file, cells: [{ line, column, value: typed, row }] });
}

const filters = { page: '本页', all: '全部', fix: '能自动改', done: '已确认' };
function kept() {
  const all = S.desk.findings.map((f, i) => ({ ...f, i }));
  const open = all.filter(f => !f.acknowledged);
  return { all, open, page: open.filter(f => f.areas.some(a => a.d === S.doc && a.p === S.at)), fix: open.filter(f => f.fix), done: all.filter(f => f.acknowledged) };
}
export function problemsPanel() {
  const k = kept(), chosenOne = S.find == null ? null : k.all[S.find];
  const of = S.filter === 'all' ? k.open : k[S.filter];
  const groups = new Map();
  for (const f of of) { const key = f.severity + f.code; if (!groups.has(key)) groups.set(key, []); groups.get(key).push(f); }
  const weight = { error: 0, warning: 1, note: 2 };
  const onPage = xs => S.view === 'pages' && xs.some(f => f.areas.some(a => a.d === S.doc && a.p === S.at));
  const sorted = [...groups.values()].sort((a, b) => weight[a[0].severity] - weight[b[0].severity] || +onPage(b) - +onPage(a) || b.length - a.length);
  const where = f => f.areas.length ? pageName(f.areas[0].d, f.areas[0].p) : f.place ? said(f.place) : '';
  const t = S.desk.tally, chip = key => h('button', { type: 'button', class: 'fchip', 'aria-pressed': String(S.filter === key), onclick: () => { S.filter = key; emit('panel'); } }, `${filters[key]} ${(key === 'all' ? k.open : k[key]).length}`);
  return { body: h('div', { class: 'probs' },
    h('p', { class: 'tot' }, h('b', { class: t.errors ? 'redn' : '' }, t.errors), ' 个错误　', h('b', {}, t.warnings), ' 个警告', t.notes ? ['　', h('b', {}, t.notes), ' 个提示'] : null, h('span', { class: 'grow' }), k.fix.length ? btn(`有把握的 ${k.fix.length} 处…`, { kind: 'sm accent', title: '先列出每一处怎样改，看过再改', on: fixesDialog }) : null),
    h('div', { class: 'filters' }, Object.keys(filters).map(chip)),
    chosenOne ? card(chosenOne, sorted) : null,
    of.length ? h('ul', { class: 'groups' }, sorted.map(xs => {
      const f = xs.find(x => x.areas.some(a => a.d === S.doc && a.p === S.at)) || xs[0], on = chosenOne && xs.some(x => x.i === S.find);
      return h('li', {}, h('button', { type: 'button', id: 'g' + f.code + f.severity, class: KIND[f.severity], 'aria-current': on ? 'true' : null, onclick: () => { S.find = f.i; emit('find'); } }, icon(KIND[f.severity], 14), h('span', { class: 'm' }, f.message), h('span', { class: 'k' }, xs.length > 1 ? `${xs.length} 处` : where(f))),
        on && xs.length > 1 ? h('ul', { class: 'each' }, xs.slice(0, 200).map(x => h('li', {}, h('button', { type: 'button', 'aria-current': x.i === S.find ? 'true' : null, onclick: () => { S.find = x.i; emit('find'); } }, h('span', { class: 'k' }, where(x)), h('span', { class: 'm' }, x.text || x.message))))) : null);
    })) : h('p', { class: 'dim none' }, { page: '这一页没有发现问题。', all: '没有发现问题。', fix: '没有能自动改的。', done: '没有确认过的。' }[S.filter])) };
}
function card(f, sorted) {
  const rule = S.desk.rules[f.code], group = sorted.find(xs => xs.some(x => x.i === f.i)) || [f];
  const place = f.areas.length ? pageName(f.areas[0].d, f.areas[0].p) : '不在页面上';
  const ack = S.ack === f.i && h('div', { class: 'ack' }, h('label', { class: 'fld' }, '为什么不用改（记在 report.toml）', h('textarea', { rows: 2, id: 'ackwhy' })),
    h('div', { class: 'acts' }, btn('确认', { kind: 'primary', on: async () => { const reason = $('#ackwhy').value.trim(); if (!reason) { $('#ackwhy').setAttribute('aria-invalid', 'true'); $('#ackwhy').focus(); return; } S.ack = null; await act('acknowledge', { version: S.desk.version, finding: f.i, reason }, () => '已确认，保存后生效'); } }), btn('取消', { on: () => { S.ack = null; emit('panel'); } })));
  return h('section', { class: 'card ' + KIND[f.severity] },
    h('p', { class: 'sev ' + KIND[f.severity] }, icon(KIND[f.severity], 14), f.acknowledged ? '已确认' : severity[f.severity], h('code', {}, f.code), h('span', { class: 'grow' }), btn('', { icon: 'up', kind: 'ghost icon sm', id: 'pb', label: '上一个', title: '上一个（Shift+F8）', on: () => step(-1) }), btn('', { icon: 'down', kind: 'ghost icon sm', id: 'pn', label: '下一个', title: '下一个（F8）', on: () => step(1) })),
    h('h2', {}, f.message), f.hint ? h('p', {}, f.hint) : null,
    h('p', { class: 'dim' }, f.areas.length ? link(place, () => goTo(f.areas[0].d, f.areas[0].p, f.areas[0])) : place, f.place ? ['；', said(f.place)] : null),
    f.related.map(r => h('p', { class: 'dim' }, r.says, '：', reachable(r.place) ? link(said(r.place), () => toPlace(r.place)) : said(r.place))),
    f.fix ? h('div', { class: 'fix' }, h('p', {}, h('span', { class: 'lab' }, '原'), difft(f.fix.old, f.fix.new, 'del')), h('p', {}, h('span', { class: 'lab' }, '改为'), difft(f.fix.new, f.fix.old, 'ins'))) : null,
    rule?.why ? h('p', { class: 'basis' }, h('b', {}, '为什么　'), rule.why, rule.source ? `（${rule.source}）` : null) : null,
    f.acknowledged ? h('p', { class: 'basis' }, h('b', {}, '确认的理由　'), f.acknowledged) : h('div', { class: 'acts' }, f.fix ? btn('改这一处', { kind: 'primary', on: () => mend([f.i]) }) : null, f.fix && group.filter(x => x.fix).length > 1 ? btn(`同样的 ${group.filter(x => x.fix).length} 处…`, { on: () => fixesDialog(f.code) }) : null,
      reachable(f.place) ? btn(f.place.id ? '到这一格' : '到原文', { on: () => toPlace(f.place) }) : null, f.can_acknowledge && f.severity !== 'error' ? btn('确认无误…', { kind: 'ghost', title: '写明理由；仍会列出，不再算警告', expanded: String(S.ack === f.i), on: () => { S.ack = S.ack === f.i ? null : f.i; emit('panel'); $('#ackwhy')?.focus(); } }) : null), ack || null);
}
export const mend = findings => act('fix', { version: S.desk.version, findings }, () => '已改，还没有保存');
/** The next finding of those listed. */
export function step(by) {
  const k = kept(), list = S.filter === 'all' ? k.open : k[S.filter];
  if (!list.length) return;
  const at = list.findIndex(f => f.i === S.find);
  S.find = list[(at + by + list.length) % list.length].i;
  S.panel = 'problems'; S.panelOpen = true;
  say(S.desk.findings[S.find].message);
  emit('find');
}
/** What differs between two short texts, in their common surroundings. */
export function difft(a, b, tag) {
  const A = [...a], B = [...b];
  let i = 0, j = 0;
  while (i < A.length && A[i] === B[i]) i++;
  while (j < A.length - i && j < B.length - i && A[A.length - 1 - j] === B[B.length - 1 - j]) j++;
  const mid = A.slice(i, A.length - j).join('');
  return h('span', {}, A.slice(0, i).join(''), mid && h(tag, {}, mid), A.slice(A.length - j).join(''));
}
/** A sentence as it becomes, what goes struck out before what comes; numbers stay whole. */
export function marked(o, n) {
  if (o == null) return [h('ins', {}, n)];
  if (n == null) return [h('del', {}, o)];
  const cut = t => t.split(/(-?\d[\d,]*\.?\d*%?)/), A = cut(o), B = cut(n);
  if (A.length !== B.length) return [difft(o, n, 'del'), h('br', {}), difft(n, o, 'ins')];
  return B.map((t, i) => A[i] === t ? t : [A[i] && h('del', {}, A[i]), t && h('ins', {}, t)]);
}
export function movesPanel() {
  const d = S.desk, m = d.moved;
  if (!d.edits.length) return { body: h('div', { class: 'empty' }, d.conflicts.length ? h('p', {}, `有 ${d.conflicts.length} 处改动两边都改了，等您定；点上面的“${d.conflicts.length} 处两边都改了”。`) : h('p', {}, '没有未保存的改动。'), h('p', { class: 'dim' }, '改记录或文字时，这里先列出会动到哪些数、哪些句子、哪几页，看过再保存。'), S.written ? h('p', { class: 'dim' }, `刚才写了：${S.written.join('、')}`) : null) };
  const one = (e, n) => {
    const back = btn('', { icon: 'undo', kind: 'ghost icon sm', label: '撤消这一处', title: '撤消这一处', on: () => act('take-back', { number: n }, () => '已撤消这一处') });
    if (e.kind === 'cells') return e.cells.slice(0, 30).map((c, k) => h('div', { class: 'cause' }, h('p', {}, link(`${e.title} 第 ${c.line} 行`, () => toRow(e.file, c.line, c.column + 1)), h('span', { class: 'clip' }, `　${c.row || ''}　${(c.head || '').replace(/[（(].*/, '')}`), h('span', { class: 'grow' }), k ? null : back), h('p', { class: 'tn' }, h('del', {}, show(c.was, c)), ' → ', h('ins', {}, show(c.value, c)), delta(c)))).concat(e.cells.length > 30 ? [h('p', { class: 'dim' }, `还有 ${e.cells.length - 30} 格`)] : []);
    const text = e.kind === 'insert' ? `${e.title}：加了 ${e.rows} 行` : e.kind === 'delete' ? `${e.title}：删了 ${e.lines.length} 行　${e.said.slice(0, 3).join('、')}` : `${textTitle(d.texts.find(t => t.file === e.file) || { file: e.file })}：改了文字`;
    return h('div', { class: 'cause' }, h('p', {}, text, h('span', { class: 'grow' }), back), e.kind === 'text' ? h('p', { class: 'clip2' }, changedLines(e.was || '', e.text)) : null);
  };
  const facts = m && [['数字', m.changes.length], ['句子', m.sentences.length], ['换页', m.pages.reduce((s, p) => s + p.changed.length, 0)], ['失效的原因', m.stale_reasons, m.stale_reasons], ['新问题', m.new_findings.length, m.new_findings.some(i => d.findings[i].severity === 'error')]];
  const by = new Map();
  for (const c of m?.changes || []) { const p = c.printings.find(p => p.table) || c.printings[0]; const key = p.table ? `${p.title}|${p.page ?? ''}` : '正文|'; if (!by.has(key)) by.set(key, []); by.get(key).push([c, p]); }
  const news = m ? m.new_findings.map(i => [d.findings[i], i]).filter(([f]) => f) : [];
  const body = h('div', { class: 'moves' },
    h('section', {}, h('h3', {}, `改动 ${d.edits.length} 处`), d.edits.map(one)),
    news.filter(([f]) => f.severity === 'error').slice(0, 5).map(([f, i]) => h('section', { class: 'card err' }, h('p', { class: 'sev err' }, icon('err', 14), '错误', h('code', {}, f.code)), h('h2', {}, f.message), f.hint ? h('p', {}, f.hint) : null, f.code === 'X120' && f.place?.id === 'reasons' ? turned(f) : null, h('div', { class: 'acts' }, f.areas.length ? btn('看这里', { on: () => { S.find = i; goTo(f.areas[0].d, f.areas[0].p, f.areas[0]); } }) : null, reachable(f.place) ? btn(f.place.id ? '到这一格' : '到原文', { on: () => toPlace(f.place) }) : null), h('p', { class: 'dim' }, '可以先保存，只是不能公开。'))),
    !m ? h('p', { class: 'dim none' }, d.stale ? '数据有错误，改好才知道会动到哪里；可以先保存。' : '正在重排…') : [
      h('dl', { class: 'facts' }, facts.map(([t, n, bad]) => h('div', { class: bad ? 'bad' : '' }, h('dt', {}, t), h('dd', {}, n)))),
      m.same ? h('p', { class: 'dim none' }, '印出来的没有变。') : null,
      m.changes.length ? h('section', {}, h('h3', {}, '会变的数', h('span', { class: 'r' }, '印出来的')), [...by].map(([k, xs], i) => { const [t, p] = k.split('|'); return h('details', { open: i === 0, 'data-k': 'm' + k }, h('summary', {}, h('span', {}, short(t)), h('span', { class: 'k' }, p ? `第 ${p} 页　` : '', `${xs.length} 个`)), h('table', { class: 'mv' }, h('tbody', {}, xs.map(([c, q]) => h('tr', {}, h('th', { scope: 'row' }, link(q.row || c.address, () => q.pdf_page && goTo(0, q.pdf_page - 1), { title: c.address }), q.column ? h('small', {}, q.column) : null), h('td', {}, q.old ?? '空'), h('td', { class: 'ar' }, '→'), h('td', { class: 'new' }, q.new ?? '空')))))); })) : null,
      m.sentences.length ? h('section', {}, h('h3', {}, `会变的句子 ${m.sentences.length} 句`), h('ul', { class: 'sents' }, m.sentences.slice(0, 60).map(s => h('li', {}, s.pdf_page ? link(`第 ${s.page} 页`, () => goTo(0, s.pdf_page - 1)) : null, h('p', {}, marked(s.old, s.new)))))) : null,
      m.rows.length ? h('section', {}, h('h3', {}, `增删的行 ${m.rows.length} 行`), h('ul', { class: 'sents' }, m.rows.slice(0, 40).map(r => h('li', {}, h('span', { class: 'dim' }, `${short(r.title)}　`), r.added ? h('ins', {}, `加：${r.row}`) : h('del', {}, `删：${r.row}`))))) : null,
      m.texts.length ? h('section', {}, h('h3', {}, `别的字 ${m.texts.length} 处`), h('ul', { class: 'sents' }, m.texts.slice(0, 40).map(s => h('li', {}, h('span', { class: 'dim' }, s.kind + '　'), marked(s.old, s.new))))) : null,
      m.pages.some(p => p.changed.length) ? h('section', {}, h('h3', {}, '要换的页'), m.pages.map(p => p.changed.length ? h('p', {}, `第 ${p.changed.map(x => x.label || x.pdf_page).join('、')} 页；双面印刷换第 ${p.sheets.join('、')} 张`) : null)) : null,
      news.some(([f]) => f.severity !== 'error') ? h('section', {}, h('h3', {}, '新的问题'), h('ul', { class: 'groups' }, news.filter(([f]) => f.severity !== 'error').slice(0, 20).map(([f, i]) => h('li', {}, h('button', { type: 'button', class: KIND[f.severity], onclick: () => { S.find = i; S.panel = 'problems'; emit('find'); } }, icon(KIND[f.severity], 14), h('span', { class: 'm' }, f.message)))))) : null]);
  const only = [...new Set(d.edits.map(e => e.file))].map(f => d.files.find(x => x.id === f)?.file || f);
  const foot = [btn('保存', { kind: 'primary', key: 'Ctrl+S', id: 'save2', on: save }), btn('放弃改动', { on: discard }), h('span', { class: 'dim clip', title: only.join('、') }, `只写 ${only.join('、')}`)];
  return { body, foot };
}
/** A sign that turned round: its reason is asked for here, and goes into its line with the direction that it now has. */
function turned(f) {
  const now = /现在是(增加|减少|持平)/.exec(f.message)?.[1];
  if (!now) return null;
  const text = h('textarea', { rows: 2, id: `turned${f.place.line}` });
  const write = async () => {
    if (!text.value.trim()) { text.setAttribute('aria-invalid', 'true'); text.focus(); return; }
    const there = await seen(f.place.id, f.place.line);
    if (!there) return;
    const { grid, row } = there, at = head => grid.columns.findIndex(c => c.head === head);
    await edit({ kind: 'cells', file: f.place.id, cells: [[at('方向'), now], [at('文字'), text.value.trim()]].map(([column, value]) => ({ line: f.place.line, column, value, row })) });
  };
  return h('div', { class: 'turned' }, h('label', { class: 'fld', for: text.id }, `${now}的原因`, text), btn(`写进去，方向改为${now}`, { kind: 'sm', on: write }));
}
const show = (v, c) => /金额|元/.test(c.head || '') && amount(v) != null ? yuan(amount(v)) : v === '' ? '空' : v;
function delta(c) {
  const a = amount(c.was || '0'), b = amount(c.value || '0');
  if (a == null || b == null || !/金额|元/.test(c.head || '')) return null;
  const off = sum([b, a.startsWith('-') ? a.slice(1) : '-' + a]);
  return h('span', { class: 'dim' }, `${off.startsWith('-') ? '−' : '+'}${yuan(off.replace('-', ''))}${/万元/.test(c.head) ? ' 万元' : ' 元'}`);
}
function changedLines(was, now) {
  const A = was.split('\n'), B = now.split('\n'), out = [];
  for (let i = 0; i < Math.max(A.length, B.length) && out.length < 4; i++) if (A[i] !== B[i]) out.push(h('span', { class: 'ln2' }, A[i] != null ? difft(A[i].slice(0, 300), (B[i] || '').slice(0, 300), 'del') : null, B[i] != null ? [' → ', difft(B[i].slice(0, 300), (A[i] || '').slice(0, 300), 'ins')] : null));
  return out;
}
async function discard() {
  // What waits is given up, too.
  const n = S.desk.edits.length + new Set(S.desk.conflicts.map(c => c.file)).size;
  if (n > 1) {
    const { dialog } = await import('./dom.js');
    const d = dialog('放弃改动', h('p', {}, `放弃 ${n} 处没有保存的改动？放弃后不能找回。`), [h('span', { class: 'grow' }), btn('不放弃', { kind: 'primary', on: () => d.close() }), btn(`放弃 ${n} 处`, { kind: 'danger', on: () => { d.close(); act('discard', {}, () => '已放弃'); } })]);
    return;
  }
  act('discard', {}, () => '已放弃');
}
