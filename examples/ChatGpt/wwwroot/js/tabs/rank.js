// A person puts answers in order; a reward model learns the taste. Drag, buttons and keys do the same.

import { download, get, post } from '../api.js';
import { lineChart } from '../charts.js';
import { fill, h } from '../dom.js';
import { count, number, onLanguage, percent, pick, say } from '../i18n.js';
import { failure, hero, modelChoice, segments, slider, waiting, whisper } from '../parts.js';

const pollEvery = 500, longestAnswer = 60;

export function mount(panel, { info }) {
  let model = null, asked = '', answers = [], suggested = 0, job = null; // answers: [{ text, tied (with the one above), score }]
  const picker = modelChoice(info, (name) => (model = name), { only: (m) => m.chats });
  model = picker.select.value || info.models[0].name;
  const question = h('input', { id: 'rank-question', autocomplete: 'off' });
  const others = h('button', { class: 'icon', type: 'button', 'aria-label': say('Outra pergunta', 'Another question'), title: say('Outra pergunta', 'Another question'), onclick: suggest }, '↻');
  const number4 = segments(say('Quantas respostas', 'How many answers'), [2, 3, 4, 6].map((k) => ({ value: k, name: say(k === 2 ? 'A/B' : String(k), k === 2 ? 'A/B' : String(k)) })), (k) => (K = k), 4);
  let K = 4;
  const temperature = slider({ name: say('Temperatura', 'Temperature'), min: 0.2, max: 2, step: 0.05, value: 1.1, hint: say('mais alta, respostas mais diferentes', 'higher, more different answers') });
  const generate = h('button', { class: 'main', type: 'submit' }, say('Gerar respostas', 'Generate answers'));
  const list = h('ol', { class: 'ranking', 'aria-label': say('Respostas, da melhor à pior', 'Answers, from the best to the worst') });
  const store = h('button', { class: 'main', type: 'button', onclick: save }, say('Guardar esta ordem', 'Store this order'));
  const about = h('p', { class: 'quote' });
  const board = h('div', { class: 'card stack', hidden: true },
    h('div', {}, h('h2', {}, say('Qual é a melhor?', 'Which is the best?')),
      h('p', { class: 'soft' }, say('Arraste, ou use as setas ↑ ↓ sobre uma resposta; E empata com a de cima.', 'Drag, or use the arrows ↑ ↓ on an answer; T ties it with the one above.'))),
    about, list, h('div', { class: 'row' }, store));
  const trouble = h('div', {}), told = whisper(), totals = h('div', {}), reward = h('div', { class: 'stack' });
  const train = h('button', { class: 'main', type: 'button', onclick: learn }, say('Treinar o modelo de recompensa', 'Train the reward model'));

  panel.append(
    hero(say('Você é quem julga', 'You are the judge'), say(
      'Assim nasce o gosto de um ChatGPT: pessoas põem respostas em ordem, e um modelo de recompensa aprende a dar notas como elas. Com essas notas o PPO treina.',
      'This is how a ChatGPT gets its taste: people put answers in order, and a reward model learns to judge as they do. With its marks PPO trains.')),
    h('div', { class: 'rank-grid' },
      h('div', { class: 'stack' },
        h('form', { class: 'card stack', onsubmit: (event) => (event.preventDefault(), draw()) },
          h('div', { class: 'field' }, h('label', { for: 'rank-question' }, say('Pergunta', 'Question')), h('div', { class: 'row tight' }, h('div', { class: 'grow' }, question), info.questions.length ? others : null)),
          h('div', { class: 'row apart' }, number4.element, picker.element),
          temperature.element, h('div', { class: 'row' }, generate)),
        trouble, board),
      h('div', { class: 'stack' },
        h('div', { class: 'card stack' }, h('h2', {}, say('Suas ordenações', 'Your rankings')), totals,
          h('div', { class: 'row' },
            h('button', { class: 'quiet small', type: 'button', onclick: () => keep('rankings') }, say('Exportar ordenações', 'Export rankings')),
            h('button', { class: 'quiet small', type: 'button', onclick: () => keep('pairs') }, say('Exportar pares', 'Export pairs')))),
        h('div', { class: 'card stack' },
          h('div', {}, h('h2', {}, say('Modelo de recompensa', 'Reward model')),
            h('p', { class: 'soft' }, say('Aprende que a melhor de cada par merece nota maior: −log σ(r₁ − r₂).', 'It learns that the better of each pair deserves the higher mark: −log σ(r₁ − r₂).'))),
          h('div', { class: 'row' }, train), reward))),
    told);
  suggest();
  onLanguage(() => (drawList(), tally(), drawReward()));
  enterHere = () => (tally(), poll());

  function suggest() {
    if (info.questions.length) question.value = info.questions[suggested++ % info.questions.length];
    else question.value ||= info.language === 'en' ? 'Where does Ana live?' : 'Onde Ana mora?';
  }

  async function draw() {
    asked = question.value.trim();
    if (asked === '') return question.focus();
    generate.disabled = true;
    fill(trouble, waiting(say('Escrevendo…', 'Writing…')));
    try {
      const answer = await post('v1/chat/completions', { model, messages: [{ role: 'user', content: asked }], n: +K, temperature: temperature.value, max_tokens: longestAnswer, seed: Math.floor(Math.random() * 2 ** 31) });
      answers = answer.choices.map((c) => ({ text: c.message.content.trim(), tied: false, score: null }));
      fill(trouble);
      about.textContent = asked;
      board.hidden = false;
      drawList();
      list.querySelector('li')?.focus();
      judge();
    } catch (error) {
      fill(trouble, failure(error));
    } finally {
      generate.disabled = false;
    }
  }

  /** 0 for the best; a tie has the place of the one above. */
  function places() {
    let place = 0;
    return answers.map((a, i) => (place = i > 0 && a.tied ? place : i));
  }

  function drawList() {
    const at = places(), focused = [...list.children].indexOf(document.activeElement?.closest('.ranking > li'));
    fill(list, answers.map((a, i) => h('li', {
      class: `card${a.tied && i > 0 ? ' tied' : ''}`, tabindex: '0', draggable: 'true', 'data-at': i,
      'aria-label': pick(`${at[i] + 1}º lugar: ${a.text || 'resposta vazia'}`, `place ${at[i] + 1}: ${a.text || 'empty answer'}`),
      onkeydown: (event) => key(event, i), ondragstart: (event) => (event.dataTransfer.setData('text/plain', i), event.dataTransfer.effectAllowed = 'move', event.currentTarget.classList.add('dragged')),
      ondragend: drawList, ondragover: (event) => event.preventDefault(), ondragenter: (event) => event.currentTarget.classList.add('over'), ondragleave: (event) => !event.currentTarget.contains(event.relatedTarget) && event.currentTarget.classList.remove('over'),
      ondrop: (event) => (event.preventDefault(), move(+event.dataTransfer.getData('text/plain'), i)),
    },
      h('span', { class: 'place', 'aria-hidden': 'true' }, at[i] + 1),
      h('p', { class: 'grow' }, a.text || h('em', { class: 'soft' }, say('resposta vazia', 'empty answer'))),
      a.score !== null ? h('span', { class: 'score', title: pick('nota do modelo de recompensa', 'the reward model’s mark') }, number(a.score, 2)) : null,
      h('span', { class: 'row tight' },
        i > 0 ? h('button', { class: 'tie', type: 'button', tabindex: '-1', 'aria-pressed': String(a.tied), title: say('Empata com a de cima', 'Ties with the one above'), 'aria-label': say('Empata com a de cima', 'Ties with the one above'), onclick: () => tie(i) }, '=') : null,
        h('button', { class: 'tie', type: 'button', tabindex: '-1', disabled: i === 0, 'aria-label': say('Subir', 'Up'), title: say('Subir', 'Up'), onclick: () => move(i, i - 1) }, '↑'),
        h('button', { class: 'tie', type: 'button', tabindex: '-1', disabled: i === answers.length - 1, 'aria-label': say('Descer', 'Down'), title: say('Descer', 'Down'), onclick: () => move(i, i + 1) }, '↓')))));
    if (focused >= 0) list.children[Math.min(focused, answers.length - 1)]?.focus();
  }

  function key(event, i) {
    if (event.target !== event.currentTarget) return;
    const to = { ArrowUp: i - 1, ArrowDown: i + 1 }[event.key];
    if (to !== undefined) event.preventDefault();
    if (to >= 0 && to < answers.length) move(i, to);
    else if (['e', 't', '='].includes(event.key.toLowerCase()) && i > 0) tie(i);
  }

  function move(from, to) {
    if (from === to || Number.isNaN(from) || to < 0 || to >= answers.length) return;
    const [a] = answers.splice(from, 1);
    answers.splice(to, 0, a);
    a.tied = false;
    if (answers[0]) answers[0].tied = false;
    drawList();
    list.children[to].focus();
    told.textContent = pick(`agora em ${to + 1}º lugar`, `now in place ${to + 1}`);
  }

  function tie(i) {
    answers[i].tied = !answers[i].tied;
    drawList();
    list.children[i].focus();
    told.textContent = answers[i].tied ? pick('empatada com a de cima', 'tied with the one above') : pick('não está mais empatada', 'no longer tied');
  }

  async function save() {
    try {
      await post('api/rankings', { question: asked, answers: answers.map((a) => a.text), ranks: places() });
      fill(trouble);
      board.hidden = true;
      answers = [];
      told.textContent = pick('ordem guardada', 'order stored');
      await tally();
      suggest();
      generate.focus();
    } catch (error) {
      fill(trouble, failure(error));
    }
  }

  async function tally() {
    try {
      const { rankings, pairs, possible } = await get('api/rankings');
      store.disabled = train.disabled = !possible;
      fill(totals, possible
        ? h('div', { class: 'facts' }, fact(say('Guardadas', 'Stored'), count(rankings), 'rankings'), fact(say('Pares com um vencedor', 'Pairs with a winner'), count(pairs), 'pairs'))
        : h('p', { class: 'soft' }, say('O servidor foi aberto sem a pasta de um treino: nada pode ser guardado.', 'The server was started without a run’s folder: nothing can be stored.')));
    } catch (error) {
      fill(totals, failure(error));
    }
  }

  const keep = (kind) => download(`api/rankings/export?as=${kind}`, `${kind}.jsonl`).catch((error) => fill(trouble, failure(error)));

  async function learn() {
    try {
      job = await post('api/reward/train', {});
      poll();
    } catch (error) {
      fill(reward, failure(error));
    }
  }

  async function poll() {
    try {
      job = await get('api/reward');
    } catch {
      return;
    }
    drawReward();
    if (job.state === 'running') setTimeout(poll, pollEvery);
    else judge();
  }

  /** What the reward model thinks of the answers on the board, if there is one. */
  async function judge() {
    if (answers.length === 0 || !job?.trained) return;
    const now = answers;
    try {
      const { scores } = await post('api/reward/score', { question: asked, answers: now.map((a) => a.text) });
      now.forEach((a, i) => (a.score = scores[i]));
      if (now === answers) drawList();
    } catch (error) {
      fill(trouble, failure(error));
    }
  }

  let chart = null;

  function drawReward() {
    train.disabled = job?.state === 'running';
    if (!job || job.state === 'idle') return void fill(reward);
    if (job.state === 'failed') return void fill(reward, failure(new Error(job.error)));
    const host = reward.querySelector('.chart') ?? h('div', {});
    const options = { series: [{ name: say('perda', 'loss'), colour: 'var(--reward)', x: job.loss.map((_, i) => i + 1), y: job.loss }], xDomain: [0, Math.max(job.steps, 2)], xName: say('passo', 'step'), height: 180, marks: [{ y: Math.log(2), name: say('cara ou coroa', 'a coin') }], label: say('Perda do modelo de recompensa', 'The reward model’s loss'), yDomain: [0, Math.max(1, ...job.loss)] };
    const a = job.accuracy;
    fill(reward, job.state === 'running' ? waiting(pick(`passo ${job.step} de ${job.steps}`, `step ${job.step} of ${job.steps}`)) : null, host,
      a ? h('p', {}, pick('Concorda com você em ', 'It agrees with you on '), h('strong', { 'data-accuracy': a.value }, percent(a.value)),
        pick(` de ${count(a.of)} pares ${a.held_out ? 'que não viu' : 'com que aprendeu'}.`, ` of ${count(a.of)} pairs ${a.held_out ? 'that it has not seen' : 'that it learnt from'}.`)) : null);
    if (!host.classList.contains('chart')) chart = lineChart(host, options);
    else chart.update(options);
  }
}

let enterHere = () => {};

export const enter = () => enterHere();

const fact = (name, value, key) => h('div', { class: 'fact' }, h('span', { class: 'fine' }, name), h('strong', { 'data-fact': key }, value));
