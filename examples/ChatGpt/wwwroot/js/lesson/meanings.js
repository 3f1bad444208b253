// The cosine between the two senses of a word, layer by layer.

import { get, post } from '../api.js';
import { lineChart } from '../charts.js';
import { fill, h } from '../dom.js';
import { number, pick, say } from '../i18n.js';
import { failure, inOrder, redrawn, waiting } from '../parts.js';

export function mount(host, { info }) {
  const model = inOrder(info.models).at(-1).name;
  const place = h('div', { class: 'stack' }), button = h('button', { class: 'main', type: 'button', onclick: run }, say('Comparar os dois vetores', 'Compare the two vectors'));
  host.append(h('div', { class: 'row' }, button), place);

  async function run() {
    button.disabled = true;
    fill(place, waiting(say('Passando as frases pelas camadas…', 'Passing the sentences through the layers…')));
    try {
      const { words: [word] } = await get('api/senses');
      const answer = await post('api/senses', { model, word: word.word, sentences: word.sentences });
      const chart = h('div', {}), told = h('p', {});
      fill(place, word.sentences.map((s) => h('p', { class: 'quote' }, s)), chart, told);
      const name = (d) => (d === 0 ? pick('tabela', 'table') : `${d}`);
      lineChart(chart, {
        series: [{ name: say('cosseno', 'cosine'), colour: 'var(--accent)', x: answer.cosine.map((_, d) => d), y: answer.cosine, dots: true }], height: 220, yDomain: [Math.min(0, ...answer.cosine), 1],
        xTicks: answer.cosine.map((_, d) => ({ at: d, text: d === 0 ? say('tabela', 'table') : d })), xFormat: name, xName: say('camada', 'layer'), label: say('Cosseno entre os dois vetores por camada', 'Cosine between the two vectors by layer'),
      });
      redrawn(told, () => [pick('De ', 'From '), h('strong', {}, number(answer.cosine[0], 2)), pick(' na tabela a ', ' in the table to '), h('strong', { 'data-cosine': answer.cosine.at(-1) }, number(answer.cosine.at(-1), 2)), pick(' na última camada.', ' in the last layer.')]);
    } catch (error) {
      fill(place, failure(error));
    }
    button.disabled = false;
  }
}
