import { $, btn, dialog, fill, h, icon, say } from './dom.js';
import { get, post, Refused } from './api.js';
import { S, base, emit, save, showPlace, take } from './store.js';
import { editionName } from './shell.js';

const WHAT = [['draft', '送审稿', '每页有水印，问题列在最后'], ['edition', '发布一版', '记下数据，以后可以照样再生成'], ['correction', '更正', '新的一版，另附更正说明'], ['files', '只生成文件', '不记版']];
/** What `build` does, with the same words: asked for, looked at once more, done. */
export function publishDialog() {
  const d0 = S.desk, has = d0.editions.length > 0;
  const o = { what: has ? 'correction' : d0.tally.errors ? 'draft' : 'edition', since: d0.editions.at(-1) || '', date: d0.date || '', marked: true, html: false, reasons: {}, causes: null, told: [], busy: false };
  const left = h('div', { class: 'pcol' }), right = h('aside', { class: 'ppre' }), foot = h('div', { class: 'pfootrow' });
  const dlg = dialog(`公开：${d0.code || ''} ${d0.name || d0.folder} ${d0.year || ''}年`, [left, right], foot, 'big');
  const lacking = () => o.what === 'correction' && o.causes ? o.causes.filter(c => !(o.reasons[c.key] ?? c.reason).trim()) : [];
  /** Why it cannot be done yet, asked anew whenever something was typed. */
  const unread = () => S.desk.stale || !S.desk.documents.length;
  const blocked = () => {
    const d = S.desk, needs = o.what === 'edition' || o.what === 'correction';
    return unread() ? '数据读不出来，改好才能生成' : d.conflicts.length ? '文件在别处改过，先定用谁的' : d.tally.errors && o.what !== 'draft' ? '有错误，改好才能公开' : d.edits.length ? '先保存改动' : needs && !o.date.trim() ? '写上公开日期' : o.what === 'correction' && !o.causes ? '正在比较…' : lacking().length ? `还缺 ${lacking().length} 条原因` : '';
  };
  const hint = h('span', { class: 'dim', role: 'status' });
  const told = () => { fill(hint, o.busy ? '正在生成…' : blocked()); };
  const draw = () => {
    const d = S.desk, errs = d.tally.errors, unsaved = d.edits.length, needs = o.what === 'edition' || o.what === 'correction', missing = lacking();
    const opt = ([v, t, s]) => h('label', { class: 'opt' + (o.what === v ? ' on' : '') }, h('input', { type: 'radio', name: 'what', value: v, checked: o.what === v, disabled: v === 'correction' && !has, onchange: () => { o.what = v; causes(); draw(); $(`input[value=${v}]`, dlg)?.focus(); } }), h('span', {}, h('b', {}, t), h('small', {}, v === 'correction' && !has ? '还没有发布过' : s)));
    const date = h('input', { value: o.date, inputmode: 'numeric', size: 12, placeholder: '2023-02-10', id: 'pdate' });
    date.addEventListener('input', () => { o.date = date.value; date.removeAttribute('aria-invalid'); told(); });
    fill(left, h('fieldset', {}, h('legend', {}, '1　做什么'), h('div', { class: 'opts' }, WHAT.map(opt))),
      needs ? h('fieldset', {}, h('legend', {}, o.what === 'correction' ? '2　与哪一版相比，哪天公开' : '2　哪天公开'), h('div', { class: 'rowf' },
        o.what === 'correction' ? h('label', { class: 'fld' }, '自哪一版以来', h('select', { onchange: e => { o.since = e.target.value; o.causes = null; causes(); draw(); } }, [...d.editions].reverse().map(id => h('option', { value: id, selected: id === o.since }, editionName(id))))) : null,
        h('label', { class: 'fld' }, '公开日期', date), o.what === 'correction' ? h('label', { class: 'chk' }, h('input', { type: 'checkbox', checked: o.marked, onchange: e => { o.marked = e.target.checked; draw(); } }), '另做修订标记本') : null)) : null,
      o.what === 'correction' ? h('fieldset', {}, h('legend', {}, '3　更正的原因', h('span', { class: 'dim' }, o.causes ? `　${o.causes.length} 处改动${missing.length ? `，还缺 ${missing.length} 条` : '，都写了'}` : '　正在比较…')),
        (o.causes || []).map((c, i) => { const ta = h('textarea', { rows: 2, id: 'why' + i, 'aria-describedby': 'e' + i }); ta.value = o.reasons[c.key] ?? c.reason; ta.addEventListener('input', () => { o.reasons[c.key] = ta.value; ta.removeAttribute('aria-invalid'); told(); }); return h('div', { class: 'cause2' }, h('p', {}, c.text, h('span', { class: 'dim' }, `　变了 ${c.figures} 个数字、${c.texts} 处文字`)), h('label', { class: 'fld', for: 'why' + i }, '原因（印在更正说明里，记在 corrections.toml）'), ta, ta.value.trim() ? null : h('p', { class: 'dim', id: 'e' + i }, '写好才能生成更正说明')); }),
        o.causes && !o.causes.length ? h('p', { class: 'dim' }, '印出来的与那一版相同，没有要更正的。') : null) : null,
      h('fieldset', {}, h('legend', {}, '公开前看一眼'), h('ul', { class: 'checks' },
        h('li', { class: errs ? 'wn er' : 'okk' }, icon(errs ? 'err' : 'ok'), h('span', {}, errs ? `${errs} 个错误${unread() ? '，数据读不出来，改好才能生成' : o.what === 'draft' ? '，会列在送审稿最后' : '，改好才能公开'}` : '没有错误'), errs ? h('button', { type: 'button', class: 'link', onclick: () => see() }, '去看') : null),
        unread() ? h('li', { class: 'wn' }, icon('warn'), '数据读不出来，有几个警告还不知道') : d.tally.warnings ? h('li', { class: 'wn' }, icon('warn'), h('span', {}, `${d.tally.warnings} 个警告没有处理，会带着公开`), h('button', { type: 'button', class: 'link', onclick: () => see() }, '去看')) : h('li', { class: 'okk' }, icon('ok'), '没有警告'),
        h('li', { class: unsaved ? 'wn' : 'okk' }, icon(unsaved ? 'warn' : 'ok'), h('span', {}, unsaved ? `${unsaved} 处改动没有保存` : '所有改动都已保存'), unsaved ? h('button', { type: 'button', class: 'link', onclick: async () => { await save(); draw(); } }, '现在保存') : null))),
      o.told.length ? h('fieldset', { role: 'alert' }, h('legend', {}, '没有做成'), o.told.map(f => h('p', { class: 'sev ' + (f.severity === 'error' ? 'err' : 'warn') }, icon(f.severity === 'error' ? 'err' : 'warn', 14), h('span', {}, f.message, f.hint ? h('span', { class: 'dim' }, `　${f.hint}`) : null)))) : null);
    const stem = `${d.name || ''}`, kinds = ['pdf', 'docx', ...(o.html ? ['html'] : [])];
    const names = o.what === 'draft' ? ['送审稿'] : o.what === 'correction' ? ['公开文本', '更正说明', ...(o.marked ? ['修订标记本'] : [])] : ['公开文本'];
    fill(right, h('h2', {}, `会写出 ${names.length * 2 + (o.html ? names.length - (o.marked && o.what === 'correction' ? 1 : 0) : 0)} 个文件`), h('ul', { class: 'files' }, names.map(n => h('li', {}, icon('page', 14), `${n}（${n === '修订标记本' ? 'pdf、docx' : kinds.join('、')}）`))),
      h('label', { class: 'chk' }, h('input', { type: 'checkbox', checked: o.html, onchange: e => { o.html = e.target.checked; draw(); } }), '另做网页（HTML）'),
      h('p', { class: 'dim' }, h('span', {}, '放在 ', h('span', { class: 'path' }, d.output), ' 里；'), `同名的旧文件会换成新的，发布过的各版不动。`), needs ? h('p', { class: 'dim' }, '记下的一版放在数据文件夹的 editions 里，以后可以照样再生成、再比较。') : null);
    const label = { draft: '生成送审稿', edition: '生成并记为新的一版', correction: '生成并记为新的一版', files: '生成' }[o.what];
    told();
    fill(foot, hint, h('span', { class: 'grow' }), btn('取消', { on: () => dlg.close() }), btn(label, { kind: 'primary', id: 'dopublish', disabled: o.busy, on: async () => {
      if (blocked()) { say(blocked()); told(); const to = needs && !o.date.trim() ? $('#pdate') : lacking().length ? $('#why' + o.causes.indexOf(lacking()[0])) : null; if (to) { to.setAttribute('aria-invalid', 'true'); to.focus(); } return; }
      o.busy = true; draw();
      try {
        const r = await post('publish', { d: S.id }, { what: o.what, since: o.what === 'correction' ? o.since : null, date: needs ? o.date.trim() : null, marked: o.marked, html: o.html, reasons: o.reasons });
        await take(r);
        o.busy = false;
        if (r.published.done) return done(r.published);
        o.told = r.published.found;
      } catch (e) { if (!(e instanceof Refused)) throw e; o.told = [{ severity: 'error', message: e.message, hint: e.said.hint }]; }
      o.busy = false; draw();
    } }));
  };
  const see = () => { dlg.close(); S.panel = 'problems'; S.panelOpen = true; emit(); };
  async function causes() {
    if (o.what !== 'correction' || o.causes || !o.since) return;
    try { o.causes = (await get('compared', { d: S.id, old: o.since, new: 'saved' })).causes; } catch (e) { o.causes = []; o.told = [{ severity: 'error', message: /** @type {any} */ (e).message }]; }
    draw();
  }
  function done(p) {
    say('已生成');
    fill(left, h('div', { class: 'donep' }, h('p', { class: 'okk' }, icon('ok', 20), h('b', {}, '已经生成')), h('ul', { class: 'files' }, p.written.map(w => h('li', {}, icon(/\.\w+$/.test(w) ? 'page' : 'folder', 14), h('span', { class: 'path' }, w)))), p.found.map(f => h('p', { class: 'dim' }, f.message))));
    fill(right);
    fill(foot, h('span', { class: 'grow' }), btn('打开文件夹', { icon: 'folder', on: () => showPlace('output') }), S.desk.editions.length ? btn('看各版', { id: 'toeditions', on: () => { dlg.close(); location.hash = `${base()}/compare/${S.desk.editions.at(-1)}`; } }) : null, btn('关闭', { kind: 'primary', on: () => dlg.close() }));
  }
  draw(); causes();
}
