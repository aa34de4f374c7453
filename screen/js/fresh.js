import { get, post, Refused } from './api.js';
import { btn, dialog, fill, h, icon } from './dom.js';

/** A larger workbook is given by its path: what a request may hold. */
const LARGEST = 11 << 20;
/** A file's bytes as Base64. @param {File} file @returns {Promise<string>} */
const base64 = file => new Promise((done, failed) => {
  const reader = new FileReader();
  reader.onload = () => done(String(reader.result).split(',')[1] || '');
  reader.onerror = () => failed(reader.error);
  reader.readAsDataURL(file);
});

/** What `new` asks for; with the office's workbook, dropped or chosen. @param {any} all @param {File|null} [dropped] */
export async function newDialog(all, dropped = null) {
  const sets = await get('sets');
  const years = all.departments.map(d => d.year).filter(Boolean), year = years.length ? Math.max(...years) : '';
  const like = all.departments.filter(d => d.code);
  /** @type {File|null} */ let book = dropped;
  const input = (value, more = {}) => h('input', { type: 'text', value, autocomplete: 'off', ...more });
  const code = input('', { id: 'ncode', size: 12, inputmode: 'numeric' }), name = input('', { id: 'nname', size: 36 }), of = input(String(year), { id: 'nyear', size: 6, inputmode: 'numeric' });
  const place = input(all.root, { id: 'nplace', size: 60 });
  const set = h('select', { id: 'nset' }, h('option', { value: '' }, '请选择'), sets.map(s => h('option', { value: s.id }, s.said)));
  const last = h('select', { id: 'nlike' }, like.map(d => h('option', { value: d.id }, `${d.code} ${d.name || d.folder} ${d.year}年`)));
  const path = input('', { id: 'npath', size: 60, placeholder: '如 D:\\预算\\明细.xlsx' });
  const picked = h('span', { class: 'dim', role: 'status' });
  const file = h('input', { type: 'file', id: 'nfile', accept: '.xlsx,.xlsm,.xls,.ods' });
  const told = h('div', { role: 'alert' });
  let from = dropped ? 'own' : 'blank';
  const draw = () => {
    fill(picked, book ? `用“${book.name}”` : '还没有选');
    for (const [v, e] of [['own', own], ['like', before]]) e.hidden = from !== v;
    layout.hidden = from === 'like';
  };
  file.addEventListener('change', () => { book = file.files[0] || null; draw(); });
  const way = (v, t, s, off = false) => h('label', { class: 'opt' }, h('input', { type: 'radio', name: 'from', value: v, checked: from === v, disabled: off, onchange: () => { from = v; draw(); } }), h('span', {}, h('b', {}, t), h('small', {}, s)));
  const own = h('div', { class: 'rowf' }, h('label', { class: 'fld', for: 'nfile' }, '选工作簿，或把它拖到这个窗口里', file), picked, h('label', { class: 'fld', for: 'npath' }, '也可以贴它的路径', path));
  const before = h('label', { class: 'fld', for: 'nlike' }, '上年的部门', last);
  const layout = h('label', { class: 'fld', for: 'nset' }, '版式', set);
  const make = async () => {
    fill(told);
    const lacking = [[code, '部门代码'], [name, '部门名称'], [of, '年度']].filter(([e]) => !e.value.trim());
    if (from !== 'like' && !set.value) lacking.push([set, '版式']);
    if (from === 'own' && !book && !path.value.trim()) lacking.push([file, '工作簿']);
    if (!/^\d{4}$/.test(of.value.trim()) && of.value.trim()) lacking.push([of, '四位数的年度']);
    for (const e of [code, name, of, set, file]) e.removeAttribute('aria-invalid');
    if (lacking.length) {
      lacking.forEach(([e]) => e.setAttribute('aria-invalid', 'true'));
      lacking[0][0].focus();
      return tell(`还缺：${lacking.map(([, t]) => t).join('、')}`);
    }
    if (from === 'own' && book && !path.value.trim() && book.size > LARGEST) return tell('工作簿超过 11 MB，请贴它的路径');
    go.disabled = true;
    try {
      const r = await post('new', {}, {
        code: code.value, name: name.value, year: +of.value, layout: from === 'like' ? null : set.value, place: place.value,
        like: from === 'like' ? +last.value : null, path: from === 'own' ? path.value : null,
        workbook: from === 'own' && book && !path.value.trim() ? { name: book.name, bytes: await base64(book) } : null,
      });
      d.close();
      location.hash = `#/d/${r.id}/pages`;
    } catch (e) {
      if (!(e instanceof Refused)) throw e;
      tell(e.message, e.said.hint);
    } finally { go.disabled = false; }
  };
  const tell = (message, hint) => fill(told, h('p', { class: 'sev err' }, icon('err', 14), h('span', {}, message, hint ? h('span', { class: 'dim' }, `　${hint}`) : null)));
  const go = btn('新建', { kind: 'primary', id: 'donew', on: make });
  const d = dialog('新建部门', h('form', { class: 'fresh', onsubmit: e => { e.preventDefault(); make(); } },
    h('fieldset', {}, h('legend', {}, '1　哪个部门'), h('div', { class: 'rowf' }, h('label', { class: 'fld', for: 'ncode' }, '部门代码', code), h('label', { class: 'fld', for: 'nname' }, '部门名称', name), h('label', { class: 'fld', for: 'nyear' }, '年度', of))),
    h('fieldset', {}, h('legend', {}, '2　由什么开始'), h('div', { class: 'opts' }, way('blank', '空白的工作簿', '建好以后填，列名上有说明'), way('own', '已有的工作簿', '原样复制进去，认得的工作表就用'), way('like', '上年的部门', like.length ? '上年的预算、单位、文字带过来' : '还没有上年的部门', !like.length)), own, before, layout),
    h('fieldset', {}, h('legend', {}, '3　放在哪里'), h('label', { class: 'fld', for: 'nplace' }, '在这个文件夹里建一个“代码-年度”', place)),
    h('button', { type: 'submit', hidden: true, tabindex: '-1' }, '新建'), told), [h('span', { class: 'grow' }), btn('取消', { on: () => d.close() }), go], 'mid newdlg');
  d.addEventListener('dragover', e => e.preventDefault());
  d.addEventListener('drop', e => {
    e.preventDefault();
    e.stopPropagation();
    const one = e.dataTransfer.files[0];
    if (one && WORKBOOK.test(one.name)) { book = one; from = 'own'; d.querySelector('input[value=own]').checked = true; draw(); }
  });
  draw();
  code.focus();
}
export const WORKBOOK = /\.(xlsx|xlsm|xls|ods)$/i;
