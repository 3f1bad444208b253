// A function approximated by wider and wider networks, and the same network at five learning rates.

import { post } from '../api.js';
import { lineChart } from '../charts.js';
import { fill, h } from '../dom.js';
import { brief, count, number, pick, say } from '../i18n.js';
import { failure, redrawn, slider, waiting } from '../parts.js';

const palette = ['var(--base)', 'var(--sft)', 'var(--accent)', 'var(--ppo)', 'var(--reward)'];

export function mount(host) {
  host.append(
    h('h3', {}, say('Mais neurônios, mais perto', 'More neurons, closer')),
    experiment(say('Treinar cinco larguras', 'Train five widths'), 'api/lesson/widths', widths),
    h('h3', {}, say('O passo certo', 'The right step')),
    experiment(say('Treinar em cinco taxas', 'Train at five rates'), 'api/lesson/rates', rates));
}

/** A button, and what comes of it. Each click is another seed. */
export function experiment(name, path, draw, body = {}) {
  const place = h('div', { class: 'stack', 'aria-live': 'polite' });
  let seed = 0;
  const button = h('button', {
    class: 'main', type: 'button', 'data-run': path, onclick: async () => {
      button.disabled = true;
      fill(place, waiting(say('Treinando…', 'Training…')));
      try {
        const answer = await post(path, { seed: ++seed, ...body });
        fill(place);
        draw(place, answer);
      } catch (error) {
        fill(place, failure(error));
      }
      button.disabled = false;
    },
  }, name);
  return h('div', { class: 'stack' }, h('div', { class: 'row' }, button), place);
}

function widths(place, { x, target, runs }) {
  const chart = h('div', {}), told = h('p', { class: 'soft' });
  const at = slider({ name: say('Neurônios na camada oculta', 'Neurons in the hidden layer'), min: 0, max: runs.length - 1, step: 1, value: runs.length - 1, format: (i) => count(runs[i].width), onchange: () => (drawn.update(options()), tell()) });
  const options = () => ({
    height: 230, yDomain: [-2, 2], label: say('A função e a sua aproximação', 'The function and its approximation'), xName: 'x',
    series: [{ name: say('a função', 'the function'), colour: 'var(--faint)', x, y: target, dashed: true }, { name: say('a rede', 'the network'), colour: 'var(--accent)', x, y: runs[at.value].fitted }],
  });
  place.append(at.element, chart, told);
  const drawn = lineChart(chart, options());
  const tell = redrawn(told, () => {
    const run = runs[at.value];
    return [pick('Erro médio ', 'Mean error '), h('strong', { 'data-error': run.error }, number(run.error, 3)), pick(` com ${count(run.parameters)} parâmetros.`, ` with ${count(run.parameters)} parameters.`)];
  });
}

function rates(place, { runs }) {
  const chart = h('div', {}), told = h('ul', { class: 'plain fine' });
  place.append(chart, told);
  lineChart(chart, {
    height: 240, log: true, yDomain: [0.7 * Math.min(...runs.filter((r) => !r.diverged).map((r) => r.final)), 10], xName: say('passo', 'step'), yName: say('perda', 'loss'), label: say('Perda por passo em cinco taxas', 'Loss by step at five rates'),
    series: runs.map((r, i) => ({ name: say(`η = ${r.rate}`.replace('.', ','), `η = ${r.rate}`), colour: palette[i], x: r.loss.map((_, s) => s + 1), y: r.loss })),
  });
  redrawn(told, () => runs.map((r) => h('li', { 'data-rate': r.rate }, `η = ${brief(r.rate)}: `, r.diverged ? h('strong', { class: 'wrong' }, pick('explodiu', 'exploded')) : [pick('perda final ', 'final loss '), h('strong', { 'data-final': r.final }, brief(r.final))])));
}
