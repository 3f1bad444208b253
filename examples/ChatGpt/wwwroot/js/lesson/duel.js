// The same question to the model that only predicts and to the one that has come furthest.

import { post } from '../api.js';
import { fill, h } from '../dom.js';
import { say } from '../i18n.js';
import { failure, inOrder, stageOf } from '../parts.js';

const longestAnswer = 40;

export function mount(host, { info }) {
  const models = inOrder(info.models), two = models.length > 1 ? [models[0], models.at(-1)] : models;
  const question = h('input', { 'aria-label': say('Pergunta', 'Question') });
  question.value = info.questions[0] ?? (info.language === 'en' ? 'Where does Ana live?' : 'Onde Ana mora?');
  const ask = h('button', { class: 'main', type: 'submit' }, say('Perguntar', 'Ask'));
  const answers = h('div', { class: 'stack', 'aria-live': 'polite' });
  host.append(h('form', { class: 'row tight', onsubmit: (event) => (event.preventDefault(), run()) }, h('div', { class: 'grow' }, question), ask), answers);

  async function run() {
    ask.disabled = true;
    try {
      const said = await Promise.all(two.map((m) => post('v1/chat/completions', { model: m.name, messages: [{ role: 'user', content: question.value }], temperature: 0, max_tokens: longestAnswer, truncation: 'auto' })));
      fill(answers, two.map((m, i) => h('div', { class: 'quote', style: { '--own': stageOf(m.name).colour }, 'data-model': m.name },
        h('p', { class: 'fine' }, h('strong', {}, m.name), ' ', stageOf(m.name).what),
        h('p', {}, h('span', { class: 'faint' }, m.chats ? '' : `${question.value} `), said[i].choices[0].message.content.trim() || '∅'))));
    } catch (error) {
      fill(answers, failure(error));
    }
    ask.disabled = false;
  }
}
