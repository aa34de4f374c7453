import { btn, dialog, h } from './dom.js';
/** @type {[string, string[][]][]} */
const K = [['随处', [['Ctrl+S', '保存'], ['Ctrl+Z、Ctrl+Y', '撤消、重做'], ['Ctrl+F', '查词、金额'], ['F6、Shift+F6', '到下一栏、上一栏'], ['F8、Shift+F8', '下一个、上一个问题'], ['F4、Shift+F4', '下一处、上一处改动'], ['Ctrl+B', '收起、展开目录'], ['Ctrl+Shift+P', '公开…'], ['Esc', '关掉对话框']]], ['页面', [['方向键', '在数之间移动'], ['回车', '看这个数的来源'], ['F2', '改来源里的第一笔'], ['PageUp、PageDown', '上一页、下一页']]], ['记录', [['方向键、Tab、回车', '移动'], ['F2、直接打字', '改这一格；Esc 不改'], ['Shift+方向键', '选一片'], ['Ctrl+C、Ctrl+V', '与 Excel、WPS 互相复制'], ['Ctrl+D', '向下填充'], ['Ctrl+Shift+加号', '加一行'], ['Ctrl+减号', '删选中的行（可以撤消）'], ['Alt+下', '列出可选的值']]]];
export function keysDialog() {
  const d = dialog('键盘一览', h('div', { class: 'keys' }, K.map(([t, xs]) => h('section', {}, h('h2', {}, t), h('dl', {}, xs.map(([k, s]) => [h('dt', {}, k), h('dd', {}, s)]))))), [h('span', { class: 'grow' }), btn('关闭', { kind: 'primary', on: () => d.close() })], 'big');
}
