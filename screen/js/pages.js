import { get } from './api.js';
import { $, $$, btn, fill, h, icon, sum, yuan } from './dom.js';
import { S, chosen, emit, findings, pageName } from './store.js';
import { entryOf } from './shell.js';
import { named } from './panels.js';

/** Pictures that were asked for, by version, document and page. */
const pictures = new Map();
export function picture(doc, n, of = '') {
  const key = `${S.id}:${of || S.desk.shown}:${doc}:${n}`;
  if (!pictures.has(key)) {
    if (pictures.size > 400) pictures.delete(pictures.keys().next().value);
    const asked = get('page', { d: S.id, doc, n, of: of || null });
    asked.catch(() => pictures.delete(key));
    pictures.set(key, asked);
  }
  return pictures.get(key);
}
/** The picture itself; it is the library's, and every text in it is text. */
export function svg(text, box) {
  const e = document.importNode(new DOMParser().parseFromString(text, 'image/svg+xml').documentElement, true);
  e.setAttribute('class', 'pg');
  e.setAttribute('aria-hidden', 'true');
  if (box) e.setAttribute('viewBox', box.join(' '));
  return e;
}
/** How much of a page is shown: all, or only what is printed on it. */
export function frameOf(page, crop) {
  if (!crop) return [0, 0, page.w, page.h];
  const [l, t, r, b] = page.box, m = 14;
  const x = Math.max(0, l - m), y = Math.max(0, t - m);
  return [x, y, Math.min(page.w, r + m) - x, Math.min(page.h, b + m) - y];
}
const pc = ([X, Y, W, H], b, pad = 1.5) => `left:${((b.x - pad - X) / W * 100).toFixed(3)}%;top:${((b.y - pad - Y) / H * 100).toFixed(3)}%;width:${((b.w + 2 * pad) / W * 100).toFixed(3)}%;height:${((b.h + 2 * pad) / H * 100).toFixed(3)}%`;

/** All pages of all documents, one below the other; each is drawn when it comes near. */
export function pagesView(main) {
  let made = 0, sheets = [], version = -1;
  const desk = h('div', { class: 'desk', tabindex: '0', role: 'region', 'aria-label': '页面' }), bar = h('div', { class: 'bar', role: 'toolbar', 'aria-label': '页面' });
  fill(main, h('div', { class: 'pages' }, bar, desk));
  const near = new IntersectionObserver(all => all.forEach(e => { /** @type {any} */ (e.target)._near = e.isIntersecting; if (e.isIntersecting) draw(e.target); }), { root: desk, rootMargin: '900px 0px' });

  const cropped = p => S.zoom === 'text' || S.zoom === 'fit' && p.w > p.h && innerWidth < 1500;
  function lay() {
    const keep = here();
    near.disconnect();
    sheets = S.desk.documents.flatMap((doc, d) => doc.pages.map((p, n) => {
      const box = frameOf(p, cropped(p));
      const art = h('div', { class: 'art', style: `aspect-ratio:${box[2]}/${box[3]}` });
      const f = h('figure', { class: 'sheet' + (p.w > p.h ? ' wide' : ''), 'data-d': d, 'data-n': n, 'aria-label': pageName(d, n) }, art, h('figcaption', {}, pageName(d, n)));
      if (typeof S.zoom === 'number') f.style.cssText = `width:${(box[2] * S.zoom * 96 / 72).toFixed(1)}px;max-width:none`;
      Object.assign(f, { _d: d, _n: n, _p: p, _box: box, _drawn: '' });
      return f;
    }));
    fill(desk, ...sheets);
    desk.classList.toggle('stale', S.desk.stale);
    sheets.forEach(s => near.observe(s));
    version = S.desk.shown;
    if (keep) { const s = sheets.find(x => x._d === keep.d && x._n === keep.n) || sheets.at(-1); if (s) desk.scrollTop = s.offsetTop + keep.off * s.offsetHeight; }
  }
  function here() {
    const y = desk.scrollTop + 8, s = sheets.find(s => s.offsetTop + s.offsetHeight > y);
    return s && { d: s._d, n: s._n, off: (desk.scrollTop - s.offsetTop) / s.offsetHeight };
  }
  async function draw(s, force) {
    const want = `${version}:${S.id}`;
    if (s._drawn === want && !force) return;
    s._drawn = want;
    let data;
    try { data = await picture(s._d, s._n); } catch { s._drawn = ''; return; }
    if (s._drawn !== want) return;
    s._data = data;
    paint(s);
  }
  /** Over the picture: marks below the letters, figures and flags above them. */
  function paint(s) {
    if (!s._data) return;
    const { _d: d, _n: n, _box: box, _data: data } = s, art = s.firstChild;
    const held = art.contains(document.activeElement) ? /** @type {any} */ (document.activeElement).dataset.i : null;
    const moved = S.marks.moves && S.desk.moved ? new Map(S.desk.moved.changes.filter(c => !c.document || c.document === S.desk.documents[d].name).map(c => [c.address, c])) : new Map();
    const deps = S.why && S.fig?.doc === d ? new Set(S.why.dependents.map(x => x.address)) : new Set();
    const under = [], hot = [];
    data.figures.forEach((f, i) => {
      const change = moved.get(f.a), sel = S.fig && S.fig.doc === d && S.fig.a === f.a, mine = sel && S.fig.p === n && S.fig.i === i;
      for (const b of f.boxes) if (change || mine) under.push(h('span', { class: 'hl' + (change ? ' moved' : '') + (mine ? ' sel' : ''), style: pc(box, b) }));
      const unit = f.unit && f.unit !== '' ? ' ' + f.unit : '';
      const said = `${named(f.name) || f.a}，${f.t}${unit}${change ? '，原为 ' + (change.old ?? '空') : ''}`;
      f.boxes.forEach((b, k) => hot.push(h('button', { type: 'button', class: 'fig' + (mine ? ' sel' : sel ? ' same' : deps.has(f.a) ? ' dep' : '') + (change ? ' moved' : ''), style: pc(box, b), tabindex: k === 0 && (S.fig?.p === n && S.fig.doc === d ? mine : i === 0) ? '0' : '-1', 'data-i': `${i}`, 'data-a': f.a, 'aria-label': said, 'aria-hidden': k ? 'true' : null, onclick: () => chosen({ doc: d, a: f.a, p: n, i }) })));
    });
    const waves = [], flags = [];
    if (S.marks.problems) {
      S.desk.findings.forEach((f, i) => {
        if (f.acknowledged) return;
        const areas = f.areas.filter(a => a.d === d && a.p === n);
        if (!areas.length) return;
        for (const a of areas) waves.push(h('span', { class: `wave${f.severity === 'error' ? ' red' : ''}${S.find === i ? ' on' : ''}`, style: pc(box, a, .5) }));
        if (f.areas[0].p !== n) return;
        const y = areas[0].y, near = flags.find(x => Math.abs(x.y - y) < 12);
        if (near) { near.k++; near.all.push(i); if (f.severity === 'error') near.err = true; } else flags.push({ y, k: 1, all: [i], err: f.severity === 'error' });
      });
    }
    const hits = S.hits.flatMap((areas, i) => areas.filter(a => a.d === d && a.p === n).map(a => h('span', { class: 'hit' + (i === S.hit ? ' on' : ''), style: pc(box, a, 1) })));
    fill(art, ...hits, ...under, ...waves, svg(data.svg, box), ...hot, ...flags.map(g => h('button', { type: 'button', class: 'flag' + (g.err ? ' err' : ''), style: `top:${((g.y - box[1]) / box[3] * 100).toFixed(2)}%`, 'aria-label': `${g.k} 个问题：${S.desk.findings[g.all[0]].message}`, title: g.all.map(i => S.desk.findings[i].message).join('\n'), onclick: () => { const at = g.all.indexOf(S.find); S.find = g.all[(at + 1) % g.all.length]; S.panel = 'problems'; S.panelOpen = true; emit('find'); } }, icon(g.err ? 'err' : 'warn', 14), g.k > 1 ? g.k : '')));
    if (held != null) art.querySelector(`.fig[data-i="${held}"]`)?.focus({ preventScroll: true });
  }
  function tool() {
    const doc = S.desk.documents[S.doc], p = doc?.pages[S.at];
    if (!p) { bar.replaceChildren(); return; }
    const labelled = doc.pages.filter(x => /^\d+$/.test(x.label)).length;
    const no = h('input', { class: 'pgno', value: p.label, 'aria-label': '页码', id: 'pgno' });
    no.addEventListener('change', () => { const n = doc.pages.findIndex(x => x.label === no.value.trim()); if (n >= 0) show(S.doc, n); else no.value = p.label; });
    const zoom = h('select', { class: 'zoom', 'aria-label': '大小', onchange: e => { const v = e.target.value; S.zoom = +v || v; lay(); tool(); } }, [['fit', '适合宽度'], ['text', '版心宽'], ['0.75', '75%'], ['1', '100%'], ['1.25', '125%'], ['1.5', '150%'], ['2', '200%']].map(([v, t]) => h('option', { value: v, selected: String(S.zoom) === v }, t)));
    const by = k => { const z = typeof S.zoom === 'number' ? S.zoom : (sheets.find(s => s._n === S.at)?.firstChild.offsetWidth || 800) / (frameOf(p, cropped(p))[2] * 96 / 72); S.zoom = Math.max(.4, Math.min(3, Math.round(z * k * 20) / 20)); lay(); tool(); };
    const chk = (k, t) => h('label', { class: 'chk' }, h('input', { type: 'checkbox', checked: S.marks[k], onchange: e => { S.marks[k] = e.target.checked; all(); } }), t);
    const held = document.activeElement?.id === 'pgno';
    fill(bar, btn('', { icon: 'up', kind: 'ghost icon', label: '上一页', title: '上一页（PageUp）', on: () => turn(-1) }), btn('', { icon: 'down', kind: 'ghost icon', label: '下一页', title: '下一页（PageDown）', on: () => turn(1) }),
      h('span', { class: 'num' }, '第 ', no, ' 页', h('span', { class: 'lbl' }, `，共 ${labelled} 页`)), h('span', { class: 'vr' }),
      btn('', { icon: 'minus', kind: 'ghost icon', label: '缩小', title: '缩小', on: () => by(1 / 1.15) }), zoom, btn('', { icon: 'plus', kind: 'ghost icon', label: '放大', title: '放大', on: () => by(1.15) }), h('span', { class: 'grow' }),
      S.desk.moved?.changes.length ? btn('下一处改动', { icon: 'down', kind: 'ghost', title: 'F4', on: () => move(1) }) : null,
      h('span', { class: 'dim lbl' }, '标出'), chk('problems', '问题'), chk('moves', '改动'),
      S.panelOpen ? null : btn('', { icon: 'back', kind: 'ghost icon', label: '展开右栏', title: '展开右栏', on: () => { S.panelOpen = true; emit(); } }));
    if (held) $('#pgno').focus();
  }
  const all = () => sheets.filter(s => s._data && s._near !== false).forEach(paint);
  function show(d, n, area) {
    const s = sheets.find(x => x._d === d && x._n === n);
    if (!s) return;
    S.doc = d; S.at = n;
    const y = area ? s.offsetTop + (area.y - s._box[1]) / s._box[3] * s.firstChild.offsetHeight - desk.clientHeight * .4 : s.offsetTop - 12;
    desk.scrollTop = Math.max(0, y);
    draw(s);
    emit('at');
    tool();
  }
  function turn(by) { const i = sheets.findIndex(s => s._d === S.doc && s._n === S.at) + by; if (sheets[i]) show(sheets[i]._d, sheets[i]._n); }
  let moveAt = -1;
  function move(by) {
    const m = S.desk.moved;
    if (!m?.changes.length) return;
    const spots = [];
    for (const c of m.changes) for (const p of c.printings) if (p.pdf_page) spots.push([p.pdf_page - 1, c.address]);
    moveAt = (moveAt + by + spots.length) % spots.length;
    const [n, a] = spots[moveAt];
    picture(S.doc, n).then(data => { const i = data.figures.findIndex(f => f.a === a); show(S.doc, n, data.figures[i]?.boxes[0]); if (i >= 0) chosen({ doc: S.doc, a, p: n, i }, false); });
  }
  let waiting = false;
  desk.addEventListener('scroll', () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      const y = desk.scrollTop + desk.clientHeight * .35, s = sheets.find(s => s.offsetTop + s.offsetHeight > y) || sheets.at(-1);
      if (s && (s._d !== S.doc || s._n !== S.at)) {
        const was = entryOf(S.doc, S.at);
        S.doc = s._d; S.at = s._n;
        tool();
        if (was !== entryOf(S.doc, S.at) || S.thumbs) emit('at');
      }
    });
  }, { passive: true });
  desk.addEventListener('keydown', e => {
    if (e.ctrlKey || e.altKey || e.isComposing) return;
    const f = e.target.closest?.('.fig');
    if (e.key === 'PageDown' || e.key === 'PageUp') { e.preventDefault(); turn(e.key === 'PageDown' ? 1 : -1); }
    else if (f && e.key.startsWith('Arrow')) {
      e.preventDefault();
      const figs = $$('.fig:not([aria-hidden])', desk), at = figs.indexOf(f), from = f.getBoundingClientRect();
      let to = null;
      if (e.key === 'ArrowRight' || e.key === 'ArrowLeft') to = figs[at + (e.key === 'ArrowRight' ? 1 : -1)];
      else {
        const down = e.key === 'ArrowDown', score = r => Math.abs(r.top - from.top) + 3 * Math.abs(r.left + r.width / 2 - from.left - from.width / 2);
        to = figs.filter(x => { const r = x.getBoundingClientRect(); return down ? r.top > from.bottom - 4 : r.bottom < from.top + 4; }).sort((a, b) => score(a.getBoundingClientRect()) - score(b.getBoundingClientRect()))[0];
      }
      to?.focus();
    } else if (f && e.key === 'F2') { e.preventDefault(); f.click(); setTimeout(() => $('.lines button.amt')?.click(), 150); }
  });
  // The name of the figure under the pointer or the focus.
  const tip = h('div', { class: 'tip', role: 'tooltip', hidden: true });
  document.body.append(tip);
  const tell = e => {
    const f = e.target.closest?.('.fig');
    if (!f) { tip.hidden = true; return; }
    const s = f.closest('.sheet'), x = s._data.figures[+f.dataset.i], c = S.desk.moved?.changes.find(c => c.address === x.a), r = f.getBoundingClientRect();
    fill(tip, h('b', {}, named(x.name) || '正文里的数'), x.exact != null && x.unit ? h('span', {}, `精确 ${yuan(x.exact)} 元${rounding(x)}`) : '', c ? h('span', {}, `原为 ${c.old ?? '空'}，现为 ${c.new ?? '空'}`) : '', h('code', {}, x.a));
    tip.hidden = false;
    tip.style.cssText = `left:${Math.max(8, Math.min(innerWidth - 340, r.left + r.width / 2 - 160))}px;top:${r.bottom + 6 + 96 > innerHeight ? r.top - 8 - tip.offsetHeight : r.bottom + 6}px`;
  };
  for (const k of ['mouseover', 'focusin']) desk.addEventListener(k, tell);
  for (const k of ['mouseleave', 'scroll', 'focusout']) desk.addEventListener(k, () => { tip.hidden = true; }, { passive: true });

  const thumbNear = new IntersectionObserver(all => all.forEach(async e => { if (e.isIntersecting && !e.target.firstChild) { try { e.target.append(svg((await picture(+/** @type {any} */ (e.target).dataset.doc, +/** @type {any} */ (e.target).dataset.n)).svg)); } catch { /* it is drawn when it comes again */ } } }), { rootMargin: '400px' });
  function places() { const [d, n] = S.arg.split('.').map(Number); if (S.arg && Number.isFinite(n)) show(d, n); }
  lay(); tool();
  requestAnimationFrame(() => { if (S.arg) places(); else if (S.at || S.doc) show(S.doc, S.at); made = 1; });
  return {
    show,
    routed: places,
    gone() { near.disconnect(); thumbNear.disconnect(); tip.remove(); },
    changed(what) {
      if (what === 'move-next' || what === 'move-before') return move(what === 'move-next' ? 1 : -1);
      if (S.desk.shown !== version || what === 'size') { replace(); tool(); }
      else if (['fig', 'find', 'hits', 'desk', 'panel'].includes(what)) { desk.classList.toggle('stale', S.desk.stale); all(); if (what === 'desk') tool(); }
      if (what === 'find' && S.find != null) { const a = S.desk.findings[S.find]?.areas[0]; if (a && !visible(a)) show(a.d, a.p, a); }
      if (what === 'all') tool();
      if (S.thumbs) $$('.thumb').forEach(t => thumbNear.observe(t));
    },
  };
  /** Another version: pages of the same size stay where they are and are drawn anew. */
  function replace() {
    const flat = S.desk.documents.flatMap((doc, d) => doc.pages.map((p, n) => ({ d, n, p })));
    const same = flat.length === sheets.length && flat.every((x, i) => { const s = sheets[i], box = frameOf(x.p, cropped(x.p)); return s._d === x.d && s._n === x.n && box.join() === s._box.join(); });
    if (!same) return lay();
    version = S.desk.shown;
    desk.classList.toggle('stale', S.desk.stale);
    sheets.forEach(s => { if (s._near) draw(s); });
  }
  function visible(a) {
    const s = sheets.find(x => x._d === a.d && x._n === a.p);
    if (!s) return true;
    const y = s.offsetTop + (a.y - s._box[1]) / s._box[3] * s.firstChild.offsetHeight;
    return y > desk.scrollTop + 20 && y < desk.scrollTop + desk.clientHeight - 40;
  }
}
/** What rounding did, told of figures in 万元: decimals as strings, exact. */
export function rounding(x) {
  if (x.unit !== '万元' || !x.t || x.exact == null) return '';
  const [, sign, whole, part = ''] = /^(-?)([\d,]+)(?:\.(\d+))?$/.exec(x.t) || [];
  if (!whole) return '';
  const digits = part.padEnd(4, '0'), scaled = sign + whole.replace(/,/g, '') + digits.slice(0, 4) + (digits.length > 4 ? '.' + digits.slice(4) : '');
  const off = sum([scaled, x.exact.startsWith('-') ? x.exact.slice(1) : '-' + x.exact]);
  if (!/[1-9]/.test(off)) return '，没有舍入';
  return `，四舍五入${off.startsWith('-') ? '舍去' : '进了'} ${yuan(off.replace('-', ''))} 元`;
}
