// One distribution at any temperature, and what the model writes at three of them.

import { post } from '../api.js';
import { fill, h } from '../dom.js';
import { number, onLanguage, percent, say } from '../i18n.js';
import { failure, inOrder, slider, visible } from '../parts.js';

const shown = 7, temperatures = [0.2, 0.8, 1.6], length = 24;

export function mount(host, { info }) {
  const model = inOrder(info.models)[0].name, beginning = info.language === 'en' ? 'In the square there is' : 'Na praça há';
  const bars = h('ol', { class: 'bars' }), texts = h('div', { class: 'stack', 'aria-live': 'polite' });
  let asked = 0, last = null;
  const T = slider({ name: say('Temperatura', 'Temperature'), min: 0, max: 2, step: 0.05, value: 1, onchange: ask });
  const write = h('button', { class: 'main', type: 'button', onclick: say3 }, say('Escrever em três temperaturas', 'Write at three temperatures'));
  host.append(h('p', { class: 'quote' }, beginning, ' …'), T.element, bars, h('div', { class: 'row' }, write), texts);
  onLanguage(() => last && draw());
  ask();

  async function ask() {
    const turn = ++asked;
    try {
      const answer = await post('api/next', { model, text: beginning, temperature: T.value, count: shown });
      if (turn === asked) draw((last = answer));
    } catch (error) {
      fill(bars, h('li', {}, failure(error)));
    }
  }

  function draw() {
    fill(bars, last.candidates.map((c) => h('li', { class: 'bar' }, h('div', { class: 'bar-row' },
      h('span', { class: 'bar-name' }, visible(c.text)), h('span', { class: 'bar-track', 'aria-hidden': 'true' }, h('span', { class: 'bar-fill', style: { width: `${100 * c.p}%` } })), h('span', { class: 'bar-value', 'data-p': c.p }, percent(c.p))))));
  }

  async function say3() {
    write.disabled = true;
    try {
      const seed = Math.floor(Math.random() * 2 ** 31);
      const said = await Promise.all(temperatures.map((temperature) => post('v1/completions', { model, prompt: beginning, temperature, max_tokens: length, seed, truncation: 'auto' })));
      fill(texts, said.map((s, i) => h('div', { class: 'quote' }, h('p', { class: 'fine' }, `T = ${number(temperatures[i], 1)}`), h('p', {}, h('span', { class: 'faint' }, beginning), s.choices[0].text.split('\n\n')[0]))));
    } catch (error) {
      fill(texts, failure(error));
    }
    write.disabled = false;
  }
}
