import { h } from './dom.js';
import { pick, say } from './i18n.js';

/** What the server answered instead of a result. */
export class ApiError extends Error {
  constructor(status, error) {
    super(error?.message ?? `HTTP ${status}`);
    this.status = status;
    this.code = error?.code ?? 'unreachable';
    this.field = error?.param ?? null;
  }
}

// The wire speaks English; what a person is likely to see is worded here.
const worded = {
  unreachable: () => pick('O servidor não responde. Ele ainda está rodando?', 'The server does not answer. Is it still running?'),
  queue_full: () => pick('Muitas respostas ao mesmo tempo: tente de novo em um instante.', 'Many answers at once: try again in a moment.'),
  context_length_exceeded: () => pick('O texto não cabe no contexto do modelo: encurte-o, ou comece uma conversa nova.', 'The text does not fit the model’s context: shorten it, or begin a new conversation.'),
  timeout: () => pick('A resposta demorou demais.', 'The answer took too long.'),
  no_run_folder: () => pick('O servidor foi aberto sem a pasta de um treino (serve --model runs/chat-pt).', 'The server was started without a run’s folder (serve --model runs/chat-en).'),
  no_rankings: () => pick('Ainda não há ordenações: guarde algumas antes.', 'There are no rankings yet: store some first.'),
  no_model: () => pick('A pasta não tem um modelo ajustado de onde partir.', 'The folder has no tuned model to begin with.'),
  already_running: () => pick('Já há um treino em andamento.', 'A training is running already.'),
};

/** An error in the person's language. */
export function explain(error) {
  if (!(error instanceof ApiError)) return pick(`Algo deu errado: ${error.message}`, `Something went wrong: ${error.message}`);
  return worded[error.code]?.() ?? pick(`O servidor não aceitou o pedido: ${error.message}`, `The server did not accept the request: ${error.message}`);
}

export const get = (path, options = {}) => call(path, { ...options, method: 'GET' }).then((response) => response.json());

export const post = (path, body, options = {}) => send(path, body, options).then((response) => response.json());

/** Server-sent events, each as an object, until the server says [DONE] or the signal stops it. */
export async function* events(path, body, { signal } = {}) {
  const response = await (body ? send(path, body, { signal }) : call(path, { method: 'GET', signal }));
  const decoder = new TextDecoder();
  const reader = response.body.getReader();
  let rest = '';
  try {
    while (true) {
      const { done, value } = await reader.read();
      if (done) return;
      rest += decoder.decode(value, { stream: true });
      for (let end = rest.indexOf('\n\n'); end >= 0; end = rest.indexOf('\n\n')) {
        const data = rest.slice(0, end).replace(/^data: /, '');
        rest = rest.slice(end + 2);
        if (data === '[DONE]') return;
        const event = JSON.parse(data);
        if (event.error) throw new ApiError(response.status, event.error);
        yield event;
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

/** A file to keep. */
export async function download(path, name) {
  const blob = await (await call(path, { method: 'GET' })).blob();
  const link = h('a', { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

const send = (path, body, options) => call(path, { ...options, method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });

async function call(path, options) {
  const key = sessionStorage.getItem('key');
  const headers = { ...options.headers, ...(key ? { Authorization: `Bearer ${key}` } : {}) };
  let response;
  try {
    response = await fetch(path, { ...options, headers });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new ApiError(0, null);
  }
  if (response.ok) return response;
  if (response.status === 401 && (await askForKey())) return call(path, options);
  throw new ApiError(response.status, (await response.json().catch(() => null))?.error);
}

let asking = null;

/** Asks for the server's key, once for all calls that wait for it; the tab keeps it until it is closed. */
function askForKey() {
  asking ??= new Promise((resolve) => {
    const input = h('input', { type: 'password', autocomplete: 'off', required: true, 'aria-label': say('Chave', 'Key') });
    const dialog = h('dialog', { class: 'card' },
      h('form', { method: 'dialog' },
        h('h2', {}, say('Este servidor pede uma chave', 'This server asks for a key')),
        h('p', { class: 'soft' }, say('É a que foi dada em --api-key ao abri-lo.', 'The one that was given to it by --api-key.')),
        h('div', { class: 'row' }, input, h('button', { class: 'main' }, say('Entrar', 'Enter')))));
    dialog.addEventListener('close', () => {
      asking = null;
      dialog.remove();
      if (input.value) sessionStorage.setItem('key', input.value.trim());
      resolve(Boolean(input.value));
    });
    document.body.append(dialog);
    dialog.showModal();
  });
  return asking;
}
