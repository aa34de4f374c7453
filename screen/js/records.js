import { $, amount, btn, fill, h, icon, say, sum, yuan } from './dom.js';
import { get } from './api.js';
import { S, act, base, edit, emit, undo, redo, save } from './store.js';

const ROW = 30, AHEAD = 12;
/** A record file as a sheet: rows are drawn as they come into view, whatever their number. */
export function recordsView(main) {
  const id = S.arg || S.desk.files[0]?.id;
  /** @type {any} */ let grid = null;
  let sel = { r: 0, c: 0, r2: 0, c2: 0 }, editing = null, asked = '', widths = [], /** Edits that are not answered yet. */ out = 0;
  const bar = h('div', { class: 'bar', role: 'toolbar', 'aria-label': '记录' }), fx = h('div', { class: 'fx' }), stat = h('div', { class: 'stat' });
  const wrap = h('div', { class: 'gridwrap' }), sheet = h('div', { class: 'gsheet', role: 'grid', tabindex: '0' }), head = h('div', { class: 'ghead', role: 'row' }), body = h('div', { class: 'gbody', role: 'rowgroup' });
  const clip = h('textarea', { class: 'sr', tabindex: '-1', 'aria-hidden': 'true' });
  sheet.append(h('div', { role: 'rowgroup' }, head), body);
  wrap.append(sheet);
  fill(main, h('div', { class: 'recs' }, bar, fx, wrap, stat, clip));

  async function load() {
    const key = `${S.desk.version}:${id}`;
    // What is typed is typed into the rows that are seen.
    if (asked === key || !id || editing || out) return;
    asked = key;
    const keep = grid && grid.id === id;
    let got;
    try { got = await get('grid', { d: S.id, file: id }); } catch (e) { fill(body, h('p', { class: 'boot' }, /** @type {any} */ (e).message)); return; }
    if (asked !== key) return;
    if (editing || out) { asked = ''; return; }
    grid = got;
    total = null;
    grid.changed = new Set(grid.changed.map(([l, c]) => l + ':' + c));
    wrong();
    if (!keep) { sel = { r: 0, c: 0, r2: 0, c2: 0 }; fit(); }
    else clamp();
    tabs(); heads(); goto(); paint(true);
  }
  const width = (c, i) => { const long = Math.max(c.head.length * 2 + 4, ...grid.rows.slice(0, 200).map(([, cells]) => [...(cells[i] || '')].reduce((n, ch) => n + (ch > '\u2e80' ? 2 : 1.1), 0))); return Math.round(Math.max(76, Math.min(320, long * 7.6 + 22))); };
  /** Columns as wide as their words; where there is no room, the widest give way first, and amounts never. */
  function fit() {
    widths = grid.columns.map(width);
    let over = 52 + widths.reduce((a, b) => a + b, 0) + 2 - wrap.clientWidth;
    while (over > 0) {
      const give = widths.map((w, i) => numeric(i) ? 0 : w), most = Math.max(...give);
      if (most <= 84) break;
      const i = give.indexOf(most), by = Math.min(over, 8);
      widths[i] -= by; over -= by;
    }
  }
  let faults = new Map();
  /** Findings at cells of this file, as they are typed. */
  function wrong() {
    faults = new Map();
    for (const [i, f] of S.desk.findings.entries()) if (f.place?.id === id && f.place.line && !f.acknowledged && f.severity !== 'note') {
      const key = f.place.line + ':' + ((f.place.column || 0) - 1);
      if (!faults.has(key) || f.severity === 'error') faults.set(key, { ...f, i });
    }
  }
  const rows = () => grid.rows, cell = (r, c) => rows()[r]?.[1][c] ?? '', line = r => rows()[r]?.[0];
  const numeric = c => grid.columns[c] && ['amount', 'number'].includes(grid.columns[c].kind);
  const shown = (r, c) => { const v = cell(r, c); return grid.columns[c].kind === 'amount' && amount(v) != null ? yuan(amount(v)) : v.replace(/\n/g, ' '); };
  function clamp() { const R = rows().length - 1, C = grid.columns.length - 1, k = (v, m) => Math.max(0, Math.min(m, v)); sel = { r: k(sel.r, R), r2: k(sel.r2, R), c: k(sel.c, C), c2: k(sel.c2, C) }; }
  function tabs() {
    fill(bar, h('nav', { class: 'ftabs', 'aria-label': '数据文件' }, S.desk.files.map(f => h('a', { href: `${base()}/records/${f.id}`, 'aria-current': f.id === id ? 'page' : null, title: f.file }, f.title, h('span', {}, f.rows)))), h('span', { class: 'grow' }),
      btn('加一行', { icon: 'plus', kind: 'ghost', title: '在选中的行下面（Ctrl+Shift+加号）', on: addRow }), btn('删行', { kind: 'ghost', title: '删选中的行，可以撤消（Ctrl+减号）', on: deleteRows }),
      S.panelOpen ? null : btn('', { icon: 'back', kind: 'ghost icon', label: '展开右栏', title: '展开右栏', on: () => { S.panelOpen = true; emit(); } }));
  }
  function heads() {
    const cols = `52px ${widths.map(w => w + 'px').join(' ')} 1fr`;
    sheet.style.setProperty('--cols', cols);
    sheet.style.minWidth = 52 + widths.reduce((a, b) => a + b, 0) + 'px';
    sheet.setAttribute('aria-label', grid.title);
    sheet.setAttribute('aria-rowcount', String(rows().length + 1));
    sheet.setAttribute('aria-colcount', String(grid.columns.length + 1));
    fill(head, h('span', { role: 'columnheader', class: 'gc gn' }, h('span', { class: 'sr' }, '行')), ...grid.columns.map((c, i) => h('span', { role: 'columnheader', class: 'gc' + (numeric(i) ? ' amt' : ''), title: c.kind === 'unused' ? '程序不用这一列' : c.head }, c.head, h('span', { class: 'gw', 'data-c': i }))), h('span', { class: 'gc gz', role: 'presentation' }));
    body.style.height = rows().length * ROW + 'px';
  }
  const drawn = new Map();
  /** The rows in view, and what is said of what is selected. */
  function paint(fresh) { if (!grid) return; draw(fresh); formula(); sums(); }
  function draw(fresh) {
    if (!grid) return;
    const top = Math.max(0, Math.floor((wrap.scrollTop - ROW) / ROW) - AHEAD), end = Math.min(rows().length, Math.ceil((wrap.scrollTop + wrap.clientHeight) / ROW) + AHEAD);
    if (fresh) { drawn.clear(); body.replaceChildren(); }
    for (const [r, e] of drawn) if (r < top || r >= end) { e.remove(); drawn.delete(r); }
    for (let r = top; r < end; r++) if (!drawn.has(r)) { const e = rowOf(r); drawn.set(r, e); body.append(e); }
    marks();
  }
  function rowOf(r) {
    const n = line(r), whole = faults.get(n + ':-1'), any = grid.columns.some((_, c) => grid.changed.has(n + ':' + c));
    return h('div', { class: 'grow-' + (any ? ' chg' : ''), role: 'row', 'aria-rowindex': r + 2, style: `top:${r * ROW}px` },
      h('span', { role: 'rowheader', class: 'gc gn' + (whole ? ' bad' : ''), title: whole ? whole.message : null, 'data-r': r }, n),
      grid.columns.map((c, i) => {
        const f = faults.get(n + ':' + i), changed = grid.changed.has(n + ':' + i), text = shown(r, i);
        return h('span', { role: 'gridcell', id: `c${r}-${i}`, class: 'gc' + (numeric(i) ? ' amt' : '') + (changed ? ' chg' : '') + (f ? f.severity === 'error' ? ' bad' : ' doubt' : ''), 'data-r': r, 'data-c': i, 'aria-invalid': f?.severity === 'error' ? 'true' : null, title: f ? `${f.message}${f.hint ? '\n' + f.hint : ''}` : text.length > 12 ? text : null }, text);
      }), h('span', { class: 'gc gz', role: 'presentation' }));
  }
  const box = () => ({ a: Math.min(sel.r, sel.r2), b: Math.max(sel.r, sel.r2), l: Math.min(sel.c, sel.c2), m: Math.max(sel.c, sel.c2) });
  function marks() {
    const { a, b, l, m } = box();
    for (const [r, e] of drawn) {
      const cells = e.children;
      for (let i = 1; i <= grid.columns.length; i++) { const c = i - 1; cells[i].classList.toggle('in', r >= a && r <= b && c >= l && c <= m); cells[i].classList.toggle('on', r === sel.r && c === sel.c); if (r === sel.r && c === sel.c) cells[i].setAttribute('aria-selected', 'true'); else cells[i].removeAttribute('aria-selected'); }
      cells[0].classList.toggle('in', r >= a && r <= b);
    }
    if (rows().length) sheet.setAttribute('aria-activedescendant', `c${sel.r}-${sel.c}`);
  }
  function formula() {
    const n = line(sel.r), col = grid.columns[sel.c], f = faults.get(n + ':' + sel.c) || faults.get(n + ':-1');
    const names = grid.columns.map((c, i) => c.names && c.names[cell(sel.r, i).trim()] ? `${cell(sel.r, i).trim()} ${c.names[cell(sel.r, i).trim()]}` : null).filter(Boolean);
    if (document.activeElement?.closest('.fx')) return;
    const input = h('input', { value: cell(sel.r, sel.c), 'aria-label': '单元格内容', id: 'fxin', disabled: !rows().length });
    input.addEventListener('keydown', e => { if (e.isComposing) return; if (e.key === 'Enter' || e.key === 'Tab') { e.preventDefault(); commit(input.value, e.key === 'Enter' ? 1 : 0, e.key === 'Tab' ? 1 : 0); sheet.focus(); } else if (e.key === 'Escape') { input.value = cell(sel.r, sel.c); sheet.focus(); } });
    fill(fx, h('span', { class: 'ref' }, rows().length ? `第 ${n} 行　${col?.head || ''}` : ''), input, f ? h('span', { class: 'names sev ' + (f.severity === 'error' ? 'err' : 'warn'), role: 'status', title: f.hint }, icon(f.severity === 'error' ? 'err' : 'warn', 14), f.message) : h('span', { class: 'dim names' }, names.join('　')));
  }
  /** Of all rows, until one changes. @type {string|null} */ let total = null;
  function sums() {
    const { a, b, l, m } = box(), count = (b - a + 1) * (m - l + 1), nums = [];
    if (count <= 200000) for (let r = a; r <= b; r++) for (let c = l; c <= m; c++) if (numeric(c)) { const v = amount(cell(r, c)); if (v != null) nums.push(v); }
    const col = grid.columns.findIndex(c => c.kind === 'amount');
    if (total == null && col >= 0) total = sum(rows().map((_, r) => amount(cell(r, col)) ?? '0'));
    const unit = col >= 0 && /万元/.test(grid.columns[col].head) ? '万元' : '元';
    fill(stat, h('span', {}, `${rows().length} 笔${col >= 0 ? `，共 ${yuan(total || '0')} ${unit}` : ''}`), h('span', { class: 'grow' }), h('span', {}, `选中 ${count} 格`, nums.length ? ['　合计 ', h('b', {}, yuan(sum(nums)))] : null), h('span', { class: 'vr' }), h('span', { class: 'dim' }, `${grid.file}；保存只写改过的格`));
  }
  function into() {
    const y = sel.r2 * ROW, head = ROW;
    if (y < wrap.scrollTop) wrap.scrollTop = y;
    else if (y + ROW + head > wrap.scrollTop + wrap.clientHeight) wrap.scrollTop = y + ROW + head - wrap.clientHeight;
    let x = 52; for (let c = 0; c < sel.c2; c++) x += widths[c];
    if (x - 52 < wrap.scrollLeft) wrap.scrollLeft = x - 52; else if (x + widths[sel.c2] > wrap.scrollLeft + wrap.clientWidth) wrap.scrollLeft = x + widths[sel.c2] - wrap.clientWidth;
  }
  function move(dr, dc, extend) {
    if (extend) sel = { ...sel, r2: sel.r2 + dr, c2: sel.c2 + dc };
    else { const r = sel.r + dr, c = sel.c + dc; sel = { r, c, r2: r, c2: c }; }
    clamp(); into(); paint();
  }
  /** The cell's new text goes to the server; what it moves comes back with the answer. */
  function commit(value, dr, dc) {
    const r = sel.r, c = sel.c;
    if (value !== cell(r, c)) change([[r, c, value]]);
    editing = null;
    move(dr, dc);
    load();
  }
  /** Sends an edit; the sheet is as the server has it when the last is answered. */
  async function send(e) {
    out++;
    const done = await edit(e).finally(() => { out--; });
    if (!done) asked = '';
    load();
    return done;
  }
  async function change(cells) {
    const real = cells.filter(([r, c, v]) => rows()[r] && grid.columns[c] && v !== cell(r, c));
    if (!real.length) return true;
    const told = new Set(), seen = r => { if (told.has(r)) return undefined; told.add(r); return [...rows()[r][1]]; };
    const edits = real.map(([r, c, value]) => ({ line: line(r), column: c, value, row: seen(r) }));
    for (const [r, c, v] of real) { while (rows()[r][1].length <= c) rows()[r][1].push(''); rows()[r][1][c] = v; grid.changed.add(line(r) + ':' + c); }
    S.panel = 'moves';
    total = null;
    paint(true);
    return send({ kind: 'cells', file: id, cells: edits });
  }
  function start(text) {
    if (!rows().length) return;
    into(); paint();
    const e = $(`#c${sel.r}-${sel.c}`), col = grid.columns[sel.c];
    if (!e) return;
    const input = h('input', { class: 'ce', value: text ?? cell(sel.r, sel.c), 'aria-label': `第 ${line(sel.r)} 行 ${col.head}`, 'aria-autocomplete': 'list', autocomplete: 'off' });
    const list = h('div', { class: 'choices', role: 'listbox', 'aria-label': '可选的值', hidden: true });
    fill(e, input);
    document.body.append(list);
    let at = -1, options = [];
    const close = () => { list.remove(); };
    const finish = (ok, dr, dc) => { close(); editing = null; const v = input.value; input.onblur = null; fill(e, shown(sel.r, sel.c)); sheet.focus({ preventScroll: true }); if (ok) commit(v, dr, dc); else load(); };
    editing = { finish };
    const offer = async all => {
      if (col.kind === 'choice') options = col.choices.filter(v => all || v.includes(input.value)).map(v => [v, '']);
      else if (col.kind === 'code') { try { options = (await get('codes', { d: S.id, class: col.class, q: all ? '' : input.value.trim() })).codes; } catch { options = []; } }
      else options = all ? [...new Set(rows().map(([, cells]) => cells[sel.c]).filter(Boolean))].slice(0, 60).map(v => [v, '']) : [];
      if (editing?.finish !== finish) return;
      at = -1;
      const box = e.getBoundingClientRect();
      list.hidden = !options.length || !all && options.length === 1 && options[0][0] === input.value;
      list.style.cssText = `left:${box.left}px;top:${box.bottom + 210 > innerHeight ? '' : box.bottom + 2 + 'px'};bottom:${box.bottom + 210 > innerHeight ? innerHeight - box.top + 2 + 'px' : ''};min-width:${box.width}px`;
      fill(list, ...options.map(([v, name], i) => h('div', { role: 'option', class: 'opt1', 'aria-selected': 'false', onmousedown: ev => { ev.preventDefault(); input.value = v; finish(true, 1, 0); }, 'data-i': i }, v, name ? h('span', { class: 'dim' }, '　' + name) : null)));
    };
    const pick = by => { if (!options.length) return; at = (at + by + options.length) % options.length; [...list.children].forEach((x, i) => x.setAttribute('aria-selected', String(i === at))); list.children[at]?.scrollIntoView({ block: 'nearest' }); };
    input.addEventListener('input', () => { if (col.kind === 'choice' || col.kind === 'code') offer(false); });
    input.addEventListener('keydown', ev => {
      ev.stopPropagation();
      if (ev.isComposing) return;
      if (ev.ctrlKey && ev.key.toLowerCase() === 's') { ev.preventDefault(); finish(true, 0, 0); setTimeout(save, 0); }
      else if (ev.altKey && ev.key === 'ArrowDown') { ev.preventDefault(); offer(true); }
      else if (!list.hidden && (ev.key === 'ArrowDown' || ev.key === 'ArrowUp')) { ev.preventDefault(); pick(ev.key === 'ArrowDown' ? 1 : -1); }
      else if (ev.key === 'Enter') { ev.preventDefault(); if (!list.hidden && at >= 0) input.value = options[at][0]; finish(true, ev.shiftKey ? -1 : 1, 0); }
      else if (ev.key === 'Tab') { ev.preventDefault(); if (!list.hidden && at >= 0) input.value = options[at][0]; finish(true, 0, ev.shiftKey ? -1 : 1); }
      else if (ev.key === 'Escape') { ev.preventDefault(); finish(false, 0, 0); }
    });
    input.onblur = () => finish(true, 0, 0);
    input.focus();
    if (text == null) input.select(); else input.setSelectionRange(input.value.length, input.value.length);
    if ((col.kind === 'choice' || col.kind === 'code') && text != null) offer(false);
  }
  function addRow() {
    const r = rows().length ? sel.r : -1, after = r < 0 ? grid.heading : line(r);
    const like = r < 0 ? [] : rows()[r][1];
    // A new row begins with the choices and codes of the one above; its amounts are for the user to type.
    const cells = grid.columns.map((c, i) => ['choice', 'code', 'ref'].includes(c.kind) ? like[i] || '' : c.kind === 'amount' ? '0' : '');
    if (cells.every(v => !v)) cells[0] = ' ';
    send({ kind: 'insert', file: id, after, rows: [cells], row: like }).then(done => { if (done) { sel = { r: r + 1, c: sel.c, r2: r + 1, c2: sel.c }; say('加了一行'); } });
  }
  function deleteRows() {
    if (!rows().length) return;
    const { a, b } = box(), lines = [];
    for (let r = a; r <= b; r++) lines.push([line(r), [...rows()[r][1]]]);
    const go = () => send({ kind: 'delete', file: id, rows: lines });
    if (lines.length === 1) return go();
    import('./dom.js').then(({ dialog }) => { const d = dialog('删行', h('p', {}, `删 ${lines.length} 行？删了可以撤消。`), [h('span', { class: 'grow' }), btn('不删', { kind: 'primary', on: () => d.close() }), btn(`删 ${lines.length} 行`, { kind: 'danger', on: () => { d.close(); go(); } })]); });
  }
  function copied() { const { a, b, l, m } = box(), out = []; for (let r = a; r <= b; r++) { const cs = []; for (let c = l; c <= m; c++) { const v = cell(r, c); cs.push(/["\t\n]/.test(v) ? `"${v.replace(/"/g, '""')}"` : v); } out.push(cs.join('\t')); } return out.join('\n'); }
  /** Cells as spreadsheets put them: tabs between, quotes around those with line ends. */
  function table(text) {
    const out = [[]]; let i = 0, s = text.replace(/\r\n?/g, '\n').replace(/\n$/, '');
    while (i <= s.length) {
      let v = '';
      if (s[i] === '"') { i++; while (i < s.length) { if (s[i] === '"') { if (s[i + 1] === '"') { v += '"'; i += 2; continue; } i++; break; } v += s[i++]; } while (i < s.length && s[i] !== '\t' && s[i] !== '\n') v += s[i++]; }
      else while (i < s.length && s[i] !== '\t' && s[i] !== '\n') v += s[i++];
      out.at(-1).push(v.trim());
      if (i >= s.length) break;
      if (s[i++] === '\n') out.push([]);
    }
    return out;
  }
  async function paste(text) {
    const t = table(text), { a, l } = box(), cells = [], more = [];
    t.forEach((cs, i) => { if (a + i < rows().length) cs.forEach((v, j) => cells.push([a + i, l + j, v])); else more.push(grid.columns.map((_, c) => cs[c - l] ?? '')); });
    const last = rows().at(-1);
    if (cells.length && !await change(cells)) return;
    // Its cells are those that were just pasted.
    if (more.length && !await send({ kind: 'insert', file: id, after: last ? last[0] : grid.heading, rows: more, row: last ? last[1] : [] })) return;
    S.panel = 'moves';
    sel = { r: a, c: l, r2: a + t.length - 1, c2: l + Math.max(...t.map(x => x.length)) - 1 };
    say(`粘贴了 ${t.length} 行`);
    emit('panel');
  }
  sheet.addEventListener('keydown', e => {
    if (e.isComposing || e.target !== sheet || !grid) return;
    const k = e.key, page = Math.max(1, Math.floor(wrap.clientHeight / ROW) - 2), low = k.toLowerCase();
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], PageUp: [-page, 0], PageDown: [page, 0] }[k];
    if (e.altKey && k === 'ArrowDown') { e.preventDefault(); start(null); setTimeout(() => $('.ce')?.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowDown', altKey: true, bubbles: true })), 0); }
    else if (step && e.ctrlKey) { e.preventDefault(); const [dr, dc] = step; move(dr * 1e6, dc * 1e6, e.shiftKey); }
    else if (step) { e.preventDefault(); move(step[0], step[1], e.shiftKey); }
    else if (k === 'Enter') { e.preventDefault(); move(e.shiftKey ? -1 : 1, 0); }
    else if (k === 'Tab') { const edge = e.shiftKey ? sel.c === 0 : sel.c === grid.columns.length - 1; if (!edge) { e.preventDefault(); move(0, e.shiftKey ? -1 : 1); } }
    else if (k === 'Home') { e.preventDefault(); sel = { ...sel, c: 0, c2: 0, ...(e.ctrlKey ? { r: 0, r2: 0 } : {}) }; into(); paint(); }
    else if (k === 'End') { e.preventDefault(); const c = grid.columns.length - 1, r = e.ctrlKey ? rows().length - 1 : sel.r; sel = { r, c, r2: r, c2: c }; into(); paint(); }
    else if (k === 'F2') { e.preventDefault(); start(); }
    else if (k === 'Delete' || k === 'Backspace') { e.preventDefault(); const { a, b, l, m } = box(), cells = []; for (let r = a; r <= b; r++) for (let c = l; c <= m; c++) cells.push([r, c, '']); change(cells); }
    else if (e.ctrlKey && low === 'd') { e.preventDefault(); const { a, b, l, m } = box(), cells = [], from = a === b ? a - 1 : a; if (from >= 0) for (let r = a === b ? a : a + 1; r <= b; r++) for (let c = l; c <= m; c++) cells.push([r, c, cell(from, c)]); change(cells); }
    else if (e.ctrlKey && low === 'a') { e.preventDefault(); sel = { r: 0, c: 0, r2: rows().length - 1, c2: grid.columns.length - 1 }; paint(); }
    else if (e.ctrlKey && e.shiftKey && (k === '+' || k === '=')) { e.preventDefault(); addRow(); }
    else if (e.ctrlKey && k === '-') { e.preventDefault(); deleteRows(); }
    else if (e.ctrlKey && low === 'z') { e.preventDefault(); e.stopPropagation(); undo(); }
    else if (e.ctrlKey && low === 'y') { e.preventDefault(); e.stopPropagation(); redo(); }
    else if (k.length === 1 && !e.ctrlKey && !e.altKey && !e.metaKey) { e.preventDefault(); start(k); }
  });
  // An input method begins to compose: the cell is opened for it.
  sheet.addEventListener('compositionstart', () => start(''));
  sheet.addEventListener('copy', e => { if (e.target !== sheet && editing) return; e.preventDefault(); e.clipboardData.setData('text/plain', copied()); });
  sheet.addEventListener('cut', e => { if (editing) return; e.preventDefault(); e.clipboardData.setData('text/plain', copied()); const { a, b, l, m } = box(), cells = []; for (let r = a; r <= b; r++) for (let c = l; c <= m; c++) cells.push([r, c, '']); change(cells); });
  sheet.addEventListener('paste', e => { if (editing) return; e.preventDefault(); const text = e.clipboardData.getData('text/plain'); if (text) paste(text); });
  let dragging = false;
  sheet.addEventListener('mousedown', e => {
    const size = e.target.closest('.gw');
    if (size) { const c = +size.dataset.c, x = e.clientX, w = widths[c]; const on = ev => { widths[c] = Math.max(48, w + ev.clientX - x); heads(); }; const off = () => { removeEventListener('mousemove', on); removeEventListener('mouseup', off); }; addEventListener('mousemove', on); addEventListener('mouseup', off); e.preventDefault(); return; }
    const t = e.target.closest('.gc[data-r]');
    if (!t || t.querySelector('.ce')) return;
    e.preventDefault();
    editing?.finish(true, 0, 0);
    const r = +t.dataset.r, c = t.dataset.c == null ? null : +t.dataset.c;
    if (c == null) sel = e.shiftKey ? { ...sel, r2: r, c: 0, c2: grid.columns.length - 1 } : { r, r2: r, c: 0, c2: grid.columns.length - 1 };
    else sel = e.shiftKey ? { ...sel, r2: r, c2: c } : { r, c, r2: r, c2: c };
    dragging = true;
    sheet.focus({ preventScroll: true });
    paint();
  });
  sheet.addEventListener('mouseover', e => { if (!dragging) return; const t = e.target.closest('.gc[data-c][data-r]'); if (t) { sel.r2 = +t.dataset.r; sel.c2 = +t.dataset.c; paint(); } });
  const up = () => { dragging = false; };
  addEventListener('mouseup', up);
  sheet.addEventListener('dblclick', e => { if (e.target.closest('.gc[data-c]')) start(); });
  let waits = false;
  wrap.addEventListener('scroll', () => { if (waits) return; waits = true; requestAnimationFrame(() => { waits = false; draw(); }); }, { passive: true });
  function goto() {
    if (!S.goto || S.goto.file !== id || !grid) return;
    const r = rows().findIndex(([n]) => n === S.goto.line);
    if (r >= 0) { const c = Math.max(0, (S.goto.column || 1) - 1); sel = { r, c, r2: r, c2: c }; clamp(); requestAnimationFrame(() => { into(); paint(); sheet.focus({ preventScroll: true }); }); }
    S.goto = null;
  }
  load();
  requestAnimationFrame(() => sheet.focus({ preventScroll: true }));
  return {
    gone() { removeEventListener('mouseup', up); $('.choices')?.remove(); },
    changed(what) { if (what === 'desk') { if (!editing) load(); if (grid) { wrong(); } } else if (what === 'goto') { goto(); paint(); } else if (what === 'size' || what === 'all') { if (grid) { if (what === 'size') { fit(); heads(); } tabs(); paint(); } } },
    show() {},
  };
}
