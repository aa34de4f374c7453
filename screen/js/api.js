// The server of this machine: every request bears the secret that came behind the # of the address.
const KEY = 'gongkai-' + location.port;
const given = /^#s=([0-9a-f]{64})$/.exec(location.hash);
if (given) {
  localStorage.setItem(KEY, given[1]);
  history.replaceState(null, '', '/');
}
const secret = localStorage.getItem(KEY) || '';
/** This window, for the server to know when the last is closed. */
export const page = [...crypto.getRandomValues(new Uint8Array(8))].map(b => b.toString(16).padStart(2, '0')).join('');

export class Refused extends Error {
  /** @param {number} status @param {any} said */
  constructor(status, said) { super(said?.message || '没有做成'); this.status = status; this.said = said || {}; }
}
const query = params => Object.entries(params || {}).filter(([, v]) => v != null).map(([k, v]) => `${encodeURIComponent(k)}=${encodeURIComponent(v)}`).join('&');

/** @param {string} path @param {Record<string, any>} [params] @param {RequestInit} [init] @returns {Promise<Response>} */
async function ask(path, params, init = {}) {
  const q = query(params);
  let r;
  try {
    r = await fetch(`/api/${path}${q ? '?' + q : ''}`, { ...init, headers: { ...init.headers, 'X-Gongkai': secret } });
  } catch {
    throw new Refused(0, { message: '工作台已经结束', hint: '没有保存的改动已经记下；再打开一次就能接着改' });
  }
  if (r.ok) return r;
  const text = await r.text();
  let said;
  try { said = JSON.parse(text); } catch { said = { message: text.trim() }; }
  throw new Refused(r.status, said);
}
/** @returns {Promise<any>} */
export const get = async (path, params) => (await ask(path, params)).json();
/** @returns {Promise<ArrayBuffer>} */
export const bytes = async (path, params) => (await ask(path, params)).arrayBuffer();
/** @returns {Promise<any>} */
export const post = async (path, params, body, init = {}) => (await ask(path, params, { method: 'POST', body: JSON.stringify(body ?? {}), headers: { 'Content-Type': 'application/json' }, ...init })).json();
