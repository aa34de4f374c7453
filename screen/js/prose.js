import { $, btn, fill, h, icon, yuan } from './dom.js';
import { get } from './api.js';
import { S, base, chosen, edit, emit, save } from './store.js';
import { textTitle } from './shell.js';
import { pagesView } from './pages.js';
import { mend } from './panels.js';

/** The department's own prose: figures stand in it as chips that cannot be broken, beside the page that prints it. */
export function proseView(main) {
  const file = S.arg || S.desk.texts[0]?.file;
  if (!file) { fill(main, h('div', { class: 'blank' }, h('h2', {}, '没有本部门自己写的文字'), h('p', {}, '版式需要部门自己写的，放在 text 文件夹里。'))); return {}; }
  let data = null, raw = false, timer = 0, /** The server's text that what stands here was typed upon. @type {string|null} */ upon = null, /** @type {Promise<any>} */ sending = Promise.resolve(), out = 0;
  const id = S.id;
  const bar = h('div', { class: 'bar', role: 'toolbar', 'aria-label': '文字' }), wrap = h('div', { class: 'edwrap' }), stat = h('div', { class: 'stat' }), side = h('div', { class: 'half' });
  fill(main, h('div', { class: 'split' }, h('div', { class: 'editor' }, bar, wrap, stat), side));
  const ed = h('div', { class: 'ed', contenteditable: 'true', role: 'textbox', 'aria-multiline': 'true', 'aria-label': '文字', spellcheck: 'false' });
  const under = h('div', { class: 'inl' });
  const where = S.desk.texts.find(t => t.file === file)?.area;
  if (where) { S.doc = where.d; S.at = where.p; }
  const was = S.arg; S.arg = '';
  const pages = pagesView(side);
  S.arg = was;
  if (where) requestAnimationFrame(() => pages.show(where.d, where.p, where));

  const CHIP = /\{\{\s*f\("([^"]+)"\)\s*\}\}|\{\{[^}]*\}\}|\{%[^%]*%\}|\{#[^#]*#\}/g;
  function piece(m) {
    const src = m[0], a = m[1], f = a && data.figures[a];
    const chip = h('span', { class: 'fchipx' + (a ? f ? '' : ' lost' : ' code'), contenteditable: 'false', 'data-src': src, role: 'button', tabindex: '-1', title: a ? f ? `${f.name || a}${f.exact != null ? `，精确 ${yuan(f.exact)} 元` : ''}` : `没有地址为“${a}”的数` : src, 'aria-label': a ? f ? `数字 ${f.text}` : `找不到的数 ${a}` : '算出来的内容' }, a ? f ? f.text : '？' : src.length > 18 ? src.slice(0, 16) + '…' : src);
    if (a && f) chip.addEventListener('click', () => chosen({ doc: 0, a, p: -1, i: -1 }));
    return chip;
  }
  function lines(text) {
    return text.split('\n').map(line => {
      const row = h('div', {}), parts = [];
      let at = 0;
      if (raw) parts.push(line);
      else for (const m of line.matchAll(CHIP)) { parts.push(line.slice(at, m.index), piece(m)); at = m.index + m[0].length; }
      if (!raw) parts.push(line.slice(at));
      for (const p of parts) if (p !== '') row.append(p.nodeType ? p : document.createTextNode(p));
      if (!row.firstChild) row.append(h('br', {}));
      return row;
    });
  }
  function text() {
    const of = n => n.nodeType === 3 ? n.data : n.dataset?.src != null ? n.dataset.src : n.nodeName === 'BR' ? '' : [...n.childNodes].map(of).join('');
    const out = [];
    for (const n of ed.childNodes) { if (n.nodeType === 1 && n.nodeName === 'DIV') out.push(of(n)); else if (out.length && n.previousSibling?.nodeName !== 'DIV') out[out.length - 1] += of(n); else out.push(of(n)); }
    return out.join('\n');
  }
  async function load() {
    const got = await get('text', { d: S.id, file });
    data = got;
    if (upon == null) fill(ed, lines(got.text));
    // What is being typed, or waits for the user to decide, stays; what others changed comes with the answer to it.
    else if (timer || out || text() !== upon || S.desk.conflicts.some(c => c.file === file)) { chips(); foot(); return; }
    else patch(got.text);
    upon = got.text;
    chips(); foot(); goto();
  }
  /** The paragraphs that differ, so that the caret stays where it is. */
  function patch(now) {
    const old = text().split('\n'), next = now.split('\n');
    if (ed.childNodes.length !== old.length) { fill(ed, lines(now)); return; }
    let head = 0, tail = 0;
    while (head < Math.min(old.length, next.length) && old[head] === next[head]) head++;
    while (tail < Math.min(old.length, next.length) - head && old[old.length - 1 - tail] === next[next.length - 1 - tail]) tail++;
    const after = ed.childNodes[old.length - tail] || null;
    for (const gone of [...ed.childNodes].slice(head, old.length - tail)) gone.remove();
    for (const row of lines(next.slice(head, next.length - tail).join('\n')).slice(0, next.length - tail - head)) ed.insertBefore(row, after);
  }
  /** What the chips show follows the data. */
  function chips() { for (const c of ed.querySelectorAll('.fchipx[data-src]')) { const a = /f\("([^"]+)"\)/.exec(c.dataset.src)?.[1], f = a && data.figures[a]; if (f && c.textContent !== f.text) c.textContent = f.text; } }
  function foot() {
    const n = [...text().replace(CHIP, '')].length, figs = (text().match(CHIP) || []).length;
    fill(stat, h('span', {}, `${n} 字，${figs} 个数字`), h('span', { class: 'grow' }), h('span', { class: 'dim' }, `${file}；停笔后右边的页面跟着变`));
    const found = S.desk.findings.map((f, i) => ({ ...f, i })).filter(f => f.place?.file === file && !f.acknowledged);
    fill(under, found.slice(0, 20).map(f => h('section', { class: 'card ' + (f.severity === 'error' ? 'err' : '') }, h('p', { class: 'sev ' + (f.severity === 'error' ? 'err' : 'warn') }, icon(f.severity === 'error' ? 'err' : 'warn', 14), h('span', {}, f.message), h('span', { class: 'grow' }), h('code', {}, f.code)), f.hint ? h('p', { class: 'dim' }, f.hint) : null, h('div', { class: 'acts' }, f.fix ? btn('改这一处', { kind: 'primary', on: () => mend([f.i]) }) : null, btn('看这一处', { on: () => { S.find = f.i; emit('find'); mark(f.place.line); } })))));
    fill(bar, h('select', { class: 'pick', 'aria-label': '换一篇', onchange: e => { location.hash = `${base()}/prose/${encodeURIComponent(e.target.value)}`; } }, S.desk.texts.map(t => h('option', { value: t.file, selected: t.file === file }, textTitle(t)))), h('span', { class: 'grow' }), btn('插入数字…', { icon: 'plus', on: insert }), btn(raw ? '平常写法' : '原始写法', { kind: 'ghost', pressed: String(raw), title: '看带 {{ f("…") }} 的原文', on: () => { raw = !raw; const t = text(); fill(ed, lines(t)); foot(); } }));
  }
  function later() { clearTimeout(timer); timer = setTimeout(send, 500); }
  function send() { clearTimeout(timer); timer = 0; return sending = sending.then(sent, sent); }
  /** What was typed goes to the server with what it was typed upon: what others changed meanwhile is theirs. */
  async function sent() {
    const was = upon, now = text();
    if (was == null || now === was) return;
    upon = now;
    out++;
    const done = await edit({ kind: 'text', file, was, text: now }, id).finally(() => { out--; });
    if (!done) upon = was;
    else if (S.id === id) await load();
  }
  function insert() {
    const range = getSelection()?.rangeCount && ed.contains(getSelection().anchorNode) ? getSelection().getRangeAt(0).cloneRange() : null;
    import('./dom.js').then(({ dialog }) => {
      const input = h('input', { type: 'search', placeholder: '名称、金额或地址，如 公用经费', size: 40, 'aria-label': '找数字' }), found = h('ul', { class: 'groups' });
      const look = async () => {
        const q = input.value.trim();
        if (!q) { fill(found); return; }
        const { figures } = await get('figures', { d: S.id, q });
        fill(found, figures.length ? figures.map(f => h('li', {}, h('button', { type: 'button', onclick: () => put(f) }, icon('plus', 14), h('span', { class: 'm' }, f.name || f.address, h('code', {}, ' ' + f.address)), h('span', { class: 'k' }, f.text)))) : h('li', { class: 'dim none' }, '没有找到'));
      };
      const put = f => {
        d.close();
        data.figures[f.address] = f;
        const src = `{{ f("${f.address}") }}`, node = raw ? document.createTextNode(src) : piece([src, f.address]);
        ed.focus();
        if (range) { range.deleteContents(); range.insertNode(node); range.setStartAfter(node); range.collapse(true); const s = getSelection(); s.removeAllRanges(); s.addRange(range); } else (ed.lastChild || ed).append(node);
        later();
      };
      input.addEventListener('input', look);
      const d = dialog('插入数字', [h('p', { class: 'lead' }, '插入的数字随数据变，不用手改。'), input, found], [h('span', { class: 'grow' }), btn('取消', { on: () => d.close() })], 'mid');
    });
  }
  function mark(line) { const row = ed.children[line - 1]; if (row) { row.scrollIntoView({ block: 'center' }); for (const r of ed.children) r.classList.toggle('pw', r === row); } }
  function goto() { if (S.goto?.file === file) { mark(S.goto.line); S.goto = null; } }
  ed.addEventListener('input', e => { if (!e.isComposing) later(); });
  ed.addEventListener('compositionend', later);
  ed.addEventListener('blur', () => { if (timer) send(); });
  ed.addEventListener('keydown', e => { if (e.key === 'Enter' && e.shiftKey && !e.isComposing) { e.preventDefault(); document.execCommand('insertParagraph'); } if (e.ctrlKey && e.key.toLowerCase() === 's') { e.preventDefault(); e.stopPropagation(); send().then(save); } });
  ed.addEventListener('paste', e => { e.preventDefault(); const t = e.clipboardData.getData('text/plain').replace(/\r\n?/g, '\n').replace(/\u00a0/g, ' '); document.execCommand('insertText', false, t); });
  ed.addEventListener('drop', e => e.preventDefault());
  fill(wrap, ed, h('p', { class: 'dim hint' }, '蓝框里的数由数据算出，随数据变；要改它，点它看来源。其余文字随便改，一行一段。'), under);
  load().catch(e => fill(wrap, h('p', { class: 'boot' }, e.message)));
  return { ...pages, gone() { if (timer) send(); pages.gone(); }, routed() { goto(); }, changed(what) { pages.changed(what); if (what === 'desk') load(); if (what === 'goto') goto(); } };
}
