import { $, btn, dialog, h, icon } from './dom.js';
import { S, act } from './store.js';

/** Someone else has changed the same places: nothing is written before the user has decided. */
export function conflictDialog() {
  if ($('dialog.conflict')) return;
  const all = S.desk.conflicts, name = f => S.desk.files.find(x => x.id === f)?.title || f;
  const cell = t => t == null ? h('span', { class: 'dim' }, '没有了') : t === '' ? h('span', { class: 'dim' }, '空') : t.length > 160 ? t.slice(0, 160) + '…' : t;
  const settle = mine => { d.close(); act('settle', { mine }, () => mine ? '您的改动留着，还没有保存' : '已按文件里的'); };
  const d = dialog(`“${[...new Set(all.map(c => name(c.file)))].join('”“')}”在别处被改过`, [
    h('p', { class: 'lead' }, `文件被另一个程序（可能是 Excel、WPS）存过盘。您的改动没有写进文件，也没有丢。别处的改动和您不冲突的都留着；下面 ${all.length} 处两边都改了，请您定。`),
    h('table', { class: 'cft' }, h('thead', {}, h('tr', {}, ['在哪里', '原来', '您的改动', '文件里现在的'].map(t => h('th', { scope: 'col' }, t)))), h('tbody', {}, all.slice(0, 100).map(c => h('tr', { class: 'cf' }, h('th', { scope: 'row' }, name(c.file), h('small', {}, [c.line ? `第 ${c.line} 行` : null, c.head].filter(Boolean).join('　'))), h('td', {}, cell(c.was)), h('td', { class: 'pick' }, h('ins', {}, cell(c.mine))), h('td', {}, h('ins', {}, cell(c.theirs)))))))],
    [h('span', { class: 'dim' }, icon('note', 14), ' 现在什么也没有写'), h('span', { class: 'grow' }), btn('先不定', { on: () => d.close() }), btn('用文件里的', { on: () => settle(false) }), btn('用我的', { kind: 'primary', on: () => settle(true) })], 'mid conflict');
}
