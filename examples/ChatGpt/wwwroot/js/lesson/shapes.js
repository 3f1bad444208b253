// A convolutional network learns shapes in seconds and then looks at what one draws.

import { get, post } from '../api.js';
import { heat, lineChart } from '../charts.js';
import { fill, h } from '../dom.js';
import { count, onLanguage, percent, pick, say } from '../i18n.js';
import { failure, waiting } from '../parts.js';

const names = { horizontal: say('horizontal', 'horizontal'), vertical: say('vertical', 'vertical'), rising: say('subindo', 'rising'), falling: say('descendo', 'falling'), circle: say('círculo', 'circle'), square: say('quadrado', 'square') };
const pollEvery = 300, brush = 1.15;

export function mount(host) {
  let state = null, seed = 0, pixels = null, looked = null, asked = 0, test = 0, drawing = false;
  const status = h('div', { class: 'stack', 'aria-live': 'polite' }), chart = h('div', {}), board = h('div', { class: 'stack', hidden: true });
  const button = h('button', { class: 'main', type: 'button', 'data-run': 'shapes', onclick: train }, say('Treinar a rede', 'Train the network'));
  const pad = h('canvas', { class: 'pad', tabindex: '0', 'aria-label': say('Área de desenho: desenhe com o ponteiro, ou use o botão de imagens de teste', 'Drawing area: draw with the pointer, or use the button for test images'), onpointerdown: start, onpointermove: (event) => drawing && paint(event), onpointerup: () => (drawing = false) });
  const bars = h('ol', { class: 'bars' }), maps = h('div', { class: 'maps' }), label = h('p', { class: 'fine' });
  host.append(h('div', { class: 'row' }, button), status, chart, board);
  fill(board,
    h('div', { class: 'shape-grid' },
      h('div', { class: 'stack' }, pad,
        h('div', { class: 'row' },
          h('button', { class: 'quiet small', type: 'button', onclick: clear }, say('Limpar', 'Clear')),
          h('button', { class: 'quiet small', type: 'button', 'data-run': 'test', onclick: () => look({ test: test++ % state.tests }) }, say('Imagem de teste', 'Test image'))), label),
      bars),
    h('div', {}, h('h3', {}, say('O que os filtros da primeira camada acham', 'What the first layer’s filters find')), maps));
  onLanguage(() => (drawStatus(), drawLook()));
  new MutationObserver(() => drawLook()).observe(document.documentElement, { attributeFilter: ['data-theme'] });
  poll();

  async function train() {
    button.disabled = true;
    looked = null;
    try {
      await post('api/lesson/shapes/train', { seed: ++seed });
      await poll();
    } catch (error) {
      fill(status, failure(error));
    }
  }

  let line = null;

  async function poll() {
    try {
      state = await get('api/lesson/shapes');
    } catch (error) {
      return void fill(status, failure(error));
    }
    drawStatus();
    if (state.loss.length > 1) {
      const options = { series: [{ name: say('perda', 'loss'), colour: 'var(--accent)', x: state.loss.map((_, i) => i + 1), y: state.loss }], xDomain: [0, state.steps], yDomain: [0, Math.max(2, state.loss[0])], height: 150, xName: say('passo', 'step'), label: say('Perda da rede convolucional', 'Loss of the convolutional network') };
      if (line) line.update(options);
      else line = lineChart(chart, options);
    }
    if (state.state === 'running') setTimeout(poll, pollEvery);
    if (state.state === 'done' && !looked) {
      board.hidden = false;
      look({ test: test++ % state.tests });
    }
  }

  function drawStatus() {
    if (!state) return;
    button.disabled = state.state === 'running';
    fill(status, {
      idle: () => h('p', { class: 'soft' }, say('Linhas, círculos e quadrados com ruído; a rede nunca viu nenhum.', 'Noisy lines, circles and squares; the network has never seen one.')),
      running: () => waiting(pick(`passo ${state.loss.length} de ${state.steps}`, `step ${state.loss.length} of ${state.steps}`)),
      failed: () => failure(new Error(state.error)),
      done: () => h('p', {}, h('strong', { 'data-accuracy': state.accuracy }, percent(state.accuracy)), pick(` de ${count(state.tests)} imagens novas certas, com ${count(state.parameters)} parâmetros. Agora desenhe:`, ` of ${count(state.tests)} new images right, with ${count(state.parameters)} parameters. Now draw:`)),
    }[state.state]());
  }

  function clear() {
    pixels = Array(state.side ** 2).fill(40); // the training images' background
    look({ pixels });
  }

  function start(event) {
    if (!pixels || looked?.label !== null) pixels = Array(state.side ** 2).fill(40);
    drawing = true;
    pad.setPointerCapture(event.pointerId);
    paint(event);
  }

  function paint(event) {
    const box = pad.getBoundingClientRect(), side = state.side, px = ((event.clientX - box.left) / box.width) * side - 0.5, py = ((event.clientY - box.top) / box.height) * side - 0.5;
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) {
        const cover = Math.min(1, Math.max(0, brush + 0.5 - Math.hypot(x - px, y - py)));
        pixels[y * side + x] = Math.max(pixels[y * side + x], Math.round(40 + 180 * cover));
      }
    }
    look({ pixels });
  }

  async function look(what) {
    const turn = ++asked;
    if (what.pixels) {
      looked = { ...(looked ?? { p: [], maps: [] }), pixels: what.pixels, label: null };
      drawLook();
    }
    try {
      const answer = await post('api/lesson/shapes/look', what);
      if (turn === asked) looked = answer;
      drawLook();
    } catch (error) {
      fill(status, failure(error));
    }
  }

  function drawLook() {
    if (!looked) return;
    const side = state.side;
    heat(pad, side, (x, y) => looked.pixels[y * side + x] / 255, [[16, 20, 28], [250, 250, 245]]);
    const best = looked.p.indexOf(Math.max(...looked.p));
    fill(bars, looked.p.map((p, i) => h('li', { class: `bar${i === best ? ' best' : ''}` }, h('div', { class: 'bar-row' },
      h('span', { class: 'bar-name words' }, names[state.names[i]] ?? state.names[i]), h('span', { class: 'bar-track', 'aria-hidden': 'true' }, h('span', { class: 'bar-fill', style: { width: `${100 * p}%` } })), h('span', { class: 'bar-value', 'data-p': p }, percent(p))))));
    fill(label, looked.label === null ? '' : [pick('é: ', 'it is: '), names[state.names[looked.label]]]);
    fill(maps, looked.maps.map((m) => {
      const most = Math.max(...m, 1e-6);
      return heat(h('canvas', { 'aria-hidden': 'true' }), side, (x, y) => m[y * side + x] / most);
    }));
  }
}
