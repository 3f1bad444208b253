// The trainings of the run: what each stage did, live while it runs, and the ledger of what it gave.

import { events, get } from '../api.js';
import { lineChart, smooth } from '../charts.js';
import { fill, h } from '../dom.js';
import { brief, count, duration, number, onLanguage, percent, pick, say } from '../i18n.js';
import { failure, hero, stageOf, stages as known } from '../parts.js';

// What the numbers in metrics.jsonl are called; the order is that of the charts. Numbers of one chart stand in one list.
const groups = [
  { names: ['loss', 'val'], title: say('Perda', 'Loss'), noisy: true },
  { names: ['reward', 'true_reward'], title: say('Recompensa', 'Reward'), noisy: true },
  { names: ['kl', 'kl_full'], title: say('KL até a referência', 'KL to the reference') },
  { names: ['val_bits_per_byte'], title: say('Bits por byte em texto novo', 'Bits per byte of new text') },
  { names: ['accuracy', 'pair_accuracy'], title: say('Acerto', 'Accuracy'), share: true },
  { names: ['lr'], title: say('Taxa de aprendizado', 'Learning rate') },
  { names: ['grad_norm'], title: say('Norma do gradiente', 'Gradient norm'), noisy: true },
  { names: ['tokens_per_s'], title: say('Tokens por segundo', 'Tokens per second') },
  { names: ['entropy'], title: say('Entropia da política', 'Entropy of the policy') },
  { names: ['length'], title: say('Tokens por resposta', 'Tokens per answer') },
  { names: ['policy_clip', 'value_clip'], title: say('Parte cortada', 'Share clipped'), share: true },
  { names: ['explained_variance'], title: say('Variância explicada', 'Explained variance') },
  { names: ['kl_coefficient'], title: say('Peso da KL (β)', 'Weight of KL (β)') },
  { names: ['val_reward', 'val_true_reward'], title: say('Recompensa em perguntas novas', 'Reward on new questions') },
  { names: ['val_kl'], title: say('KL em perguntas novas', 'KL on new questions') },
];

const words = {
  loss: say('treino', 'training'), val: say('validação', 'held out'), accuracy: say('em dados novos', 'on held-out data'), pair_accuracy: say('nos pares do passo', 'on the step’s pairs'),
  reward: say('aprendida', 'learnt'), true_reward: say('verdadeira', 'true'), val_reward: say('aprendida', 'learnt'), val_true_reward: say('verdadeira', 'true'), kl: say('amostrada', 'sampled'), kl_full: say('exata', 'exact'), policy_clip: say('política', 'policy'), value_clip: say('valor', 'value'),
};

const colours = { 0: 'var(--accent)', 1: 'var(--base)' };

const states = { done: say('pronta', 'done'), running: say('treinando', 'training'), stopped: say('parada', 'stopped'), waiting: say('ainda não', 'not yet') };

export function mount(panel) {
  let all = null, current = null, following = null, table = null, samples = [];
  const trouble = h('div', {}), steps = h('div', { class: 'pipeline', role: 'group', 'aria-label': say('Etapas', 'Stages') });
  const facts = h('div', { class: 'facts' }), charts = h('div', { class: 'charts' }), rest = h('div', { class: 'charts' }), saying = h('div', {}), book = h('div', {});
  const more = h('details', { class: 'card tuning', hidden: true }, h('summary', {}, say('Os outros números, para o doutor (gpt ppo --doctor)', 'The other numbers, for the doctor (gpt ppo --doctor)')), rest);
  const detail = h('div', { class: 'stack wide', hidden: true }, facts, charts, more, saying);
  let drawn = {};

  panel.append(
    hero(say('O caminho, etapa por etapa', 'The way, stage by stage'), say(
      'Prever a próxima palavra, depois responder, depois aprender do que as pessoas gostam. Cada curva é lida do treino, também enquanto ele corre.',
      'Predict the next word, then answer, then learn what people like. Each curve is read from the training, also while it runs.')),
    trouble, steps, detail, book);
  onLanguage(() => all && (drawSteps(), drawBook(), drawDetail()));
  enterHere = load;
  leaveHere = unfollow;

  async function load() {
    try {
      all = await get('api/stages');
      fill(trouble);
      drawSteps();
      drawBook();
      if (all.stages.length === 0) return void fill(trouble, h('p', { class: 'empty' }, say('Não há treino nesta pasta: comece um com “gpt run”.', 'There is no training in this folder: begin one with “gpt run”.')));
      await choose(current && all.stages.some((s) => s.name === current) ? current : (all.stages.find((s) => s.state === 'running') ?? all.stages[0]).name);
    } catch (error) {
      fill(trouble, failure(error));
    }
  }

  async function choose(name) {
    unfollow();
    current = name;
    drawSteps();
    drawn = {};
    fill(charts);
    fill(rest);
    more.hidden = true;
    [table, { samples }] = await Promise.all([get(`api/stages/${name}/metrics`), get(`api/stages/${name}/samples`)]);
    if (current !== name) return;
    detail.hidden = false;
    drawDetail();
    if (find()?.state !== 'done') follow(name);
  }

  const find = () => all.stages.find((s) => s.name === current);

  /** New lines as they are written. */
  async function follow(name) {
    following = new AbortController();
    const { signal } = following;
    try {
      for await (const event of events(`api/stages/${name}/live?after=${table.step.at(-1) ?? 0}`, null, { signal })) {
        const stage = find();
        stage.state = event.state;
        for (const line of event.lines) append(line);
        if (event.lines.length) stage.last = event.lines.at(-1);
        drawSteps();
        drawDetail();
        if (event.lines.length) ({ samples } = await get(`api/stages/${name}/samples`));
      }
      all = await get('api/stages');
      drawSteps();
      drawBook();
    } catch (error) {
      if (!signal.aborted) fill(trouble, failure(error));
    }
  }

  function unfollow() {
    following?.abort();
    following = null;
  }

  function append(line) {
    table.lines++;
    table.step.push(line.step);
    for (const name of new Set([...Object.keys(table.columns), ...Object.keys(line)])) {
      if (name === 'step') continue;
      table.columns[name] ??= Array(table.step.length - 1).fill(null);
      table.columns[name].push(typeof line[name] === 'number' ? line[name] : null);
    }
  }

  function drawSteps() {
    const names = ['base', 'sft', 'reward', 'ppo'];
    for (const s of all.stages) if (!names.includes(s.name)) names.push(s.name);
    const focused = steps.contains(document.activeElement) ? document.activeElement.dataset.stage : null;
    fill(steps, names.map((name) => {
      const stage = all.stages.find((s) => s.name === name), state = stage?.state ?? 'waiting';
      return h('button', {
        type: 'button', class: 'stage', 'data-stage': name, 'data-state': state, disabled: !stage, 'aria-pressed': String(name === current), style: { '--own': stageOf(name).colour }, onclick: () => choose(name),
      },
        h('span', { class: 'row' }, h('span', { class: 'dot' }), h('strong', {}, name in known ? known[name].name : name)),
        h('span', { class: 'fine' }, title(name)),
        h('span', { class: 'state' }, states[state], stage?.last ? ` · ${count(stage.last.step)}${stage.steps ? ` / ${count(stage.steps)}` : ''}` : ''));
    }));
    if (focused) steps.querySelector(`[data-stage="${focused}"]`)?.focus();
  }

  function drawDetail() {
    const stage = find();
    if (!stage || !table) return;
    const lastOf = (name) => table.columns[name]?.findLast((v) => v !== null);
    fill(facts,
      fact(say('Passos', 'Steps'), count(stage.last?.step ?? 0), 'step'),
      fact(say('Tokens vistos', 'Tokens seen'), count(stage.last?.tokens ?? 0), 'tokens'),
      fact(say('Tempo', 'Time'), duration(stage.last?.seconds ?? 0), 'seconds'),
      fact(say('Perda', 'Loss'), number(stage.last?.loss, 3), 'loss'),
      lastOf('val') !== undefined ? fact(say('Perda em dados novos', 'Held-out loss'), number(lastOf('val'), 3), 'val') : null,
      lastOf('accuracy') !== undefined ? fact(say('Acerto em dados novos', 'Held-out accuracy'), percent(lastOf('accuracy')), 'accuracy') : null);
    for (const group of [...groups, ...others()]) {
      const place = groups.includes(group) ? charts : rest;
      const names = group.names.filter((n) => table.columns[n]?.some((v) => v !== null));
      if (names.length === 0) continue;
      const key = group.names[0];
      if (!drawn[key]) {
        const host = h('div', {});
        if (place === rest) more.hidden = false;
        place.append(h('figure', { class: 'card', 'data-metric': key }, h('figcaption', {}, h('h3', {}, group.title)), host));
        drawn[key] = lineChart(host, options(group, names));
      } else drawn[key].update(options(group, names));
    }
    drawSamples();
  }

  // Numbers that this page has no name for are drawn all the same.
  function others() {
    const named = new Set([...groups.flatMap((g) => g.names), 'tokens', 'seconds']);
    return Object.keys(table.columns).filter((n) => !named.has(n)).map((n) => ({ names: [n], title: say(n.replaceAll('_', ' '), n.replaceAll('_', ' ')) }));
  }

  function options(group, names) {
    const x = table.step, series = [];
    names.forEach((name, i) => {
      const y = table.columns[name], sparse = y.filter((v) => v !== null).length < y.length / 2, label = words[name] ?? say(name, name), colour = colours[i] ?? 'var(--ppo)';
      if (group.noisy && !sparse && y.length > 60) series.push({ name: null, colour, x, y, faint: true }, { name: label, colour, x, y: smooth(y, Math.ceil(y.length / 40)) });
      else series.push({ name: label, colour, x, y, dots: sparse });
    });
    return { series, xName: say('passo', 'step'), height: 210, label: group.title, xFormat: count, ...(group.share ? { yDomain: [0, 1], yFormat: (v) => percent(v, 0), readFormat: (v) => percent(v, 1) } : {}) };
  }

  function drawSamples() {
    if (samples.length === 0) return void fill(saying);
    const at = [...new Set(samples.map((s) => s.step))];
    const kept = saying.querySelector('input');
    const chosen = Math.min(kept ? +kept.value : at.length - 1, at.length - 1);
    if (saying.dataset.stage === current && saying.dataset.count === String(samples.length) && saying.dataset.lang === document.documentElement.lang) return;
    Object.assign(saying.dataset, { stage: current, count: samples.length, lang: document.documentElement.lang });
    const list = h('dl', { class: 'samples' }), name = h('output', { for: 'sample-step' });
    const input = h('input', { type: 'range', id: 'sample-step', min: 0, max: at.length - 1, step: 1, value: chosen, oninput: draw });
    function draw() {
      name.textContent = pick(`passo ${count(at[input.value])}`, `step ${count(at[input.value])}`);
      input.setAttribute('aria-valuetext', name.textContent);
      input.style.setProperty('--filled', `${at.length > 1 ? (100 * input.value) / (at.length - 1) : 100}%`);
      fill(list, samples.filter((s) => s.step === at[input.value]).map((s) => [h('dt', {}, s.prompt), h('dd', {}, s.text.trim() || '∅')]));
    }
    draw();
    fill(saying, h('div', { class: 'card stack' },
      h('h2', {}, say('O que o modelo dizia', 'What the model said')),
      h('div', { class: 'slider' }, h('label', { for: 'sample-step' }, say('Momento do treino', 'Moment of the training')), name, input), list));
  }

  function drawBook() {
    if (all.ledger.length === 0) return void fill(book);
    fill(book, h('div', { class: 'card stack' },
      h('h2', {}, say('Livro-razão', 'Ledger')),
      h('p', { class: 'soft' }, say('O que cada etapa melhorou, medido em dados que ela não viu; entre colchetes, o intervalo de 95 %.', 'What each stage made better, measured on data that it has not seen; in brackets the 95 % interval.')),
      h('div', { class: 'scroll' }, h('table', { class: 'ledger' },
        h('thead', {}, h('tr', {}, [say('Etapa', 'Stage'), say('Dados', 'Data')].map((t) => h('th', { scope: 'col' }, t)), [say('Passos', 'Steps'), say('Tokens', 'Tokens'), say('Tempo', 'Time')].map((t) => h('th', { scope: 'col', class: 'number' }, t)),
          h('th', { scope: 'col' }, say('Medida', 'Measure')), [say('Antes', 'Before'), say('Depois', 'After')].map((t) => h('th', { scope: 'col', class: 'number' }, t)))),
        all.ledger.map((entry) => h('tbody', {}, (entry.results.length ? entry.results : [null]).map((r, i) => h('tr', {},
          i === 0 ? [
            h('th', { scope: 'rowgroup', rowspan: Math.max(1, entry.results.length) }, h('span', { class: 'pill', style: { '--own': stageOf(entry.stage).colour } }, entry.stage)),
            h('td', { rowspan: entry.results.length || 1 }, entry.data), h('td', { rowspan: entry.results.length || 1, class: 'number' }, count(entry.steps)),
            h('td', { rowspan: entry.results.length || 1, class: 'number' }, count(entry.tokens)), h('td', { rowspan: entry.results.length || 1, class: 'number' }, duration(entry.seconds))] : null,
          r ? [h('td', {}, measure(r)), h('td', { class: 'number' }, value(r, r.before)), h('td', { class: 'number' }, h('strong', { 'data-after': r.after }, value(r, r.after)), interval(r))] : [h('td'), h('td'), h('td')]))))))));
  }
}

let enterHere = () => {}, leaveHere = () => {};

export const enter = () => enterHere();

export const leave = () => leaveHere();

const fact = (name, value, key) => h('div', { class: 'fact' }, h('span', { class: 'fine' }, name), h('strong', { 'data-fact': key }, value));

const title = (name) => ({
  base: say('pré-treino: prever', 'pretraining: predict'),
  sft: say('ajuste: responder', 'tuning: answer'),
  reward: say('modelo de recompensa', 'reward model'),
  'reward-page': say('recompensa, da sua ordem', 'reward, from your order'),
  ppo: say('reforço: agradar', 'reinforcement: please'),
}[name] ?? stageOf(name).what);

const isShare = (metric) => metric.endsWith('accuracy') || metric.endsWith('rate') || metric.endsWith('share');

const value = (r, v) => (v === null || v === undefined ? '–' : isShare(r.metric) ? percent(v) : brief(v));

const interval = (r) => (r.interval ? h('span', { class: 'fine' }, ` [${value(r, r.interval[0])}; ${value(r, r.interval[1])}]`) : null);

const metrics = {
  accuracy: say('acerto', 'accuracy'), bits_per_byte: say('bits por byte', 'bits per byte'), nats_per_token: say('nats por token', 'nats per token'), pair_accuracy: say('acerto nos pares', 'pair accuracy'), true_pair_accuracy: say('acerto nos pares sem os erros de quem ordena', 'pair accuracy without the ranker’s errors'),
  true_reward: say('recompensa verdadeira', 'true reward'), reward: say('recompensa aprendida', 'learnt reward'), win_rate: say('vitórias', 'wins'), kl: say('KL', 'KL'), calibration_error: say('erro de calibração', 'calibration error'),
  fact_accuracy: say('acerto em fatos', 'accuracy on facts'), sum_accuracy: say('acerto em somas', 'accuracy on sums'), definition_accuracy: say('acerto em definições', 'accuracy on definitions'),
  translation_accuracy: say('acerto em traduções', 'accuracy on translations'), refusal_accuracy: say('acerto em recusas', 'accuracy on refusals'), greeting_accuracy: say('acerto em saudações', 'accuracy on greetings'),
};

const heldOut = {
  text: say('texto novo', 'new text'), phrasings: say('perguntas em outras palavras', 'questions in other words'), subjects: say('assuntos nunca perguntados', 'subjects never asked'),
  both: say('outros assuntos, outras palavras', 'other subjects, other words'), dialogues: say('diálogos novos', 'new dialogues'), pairs: say('pares novos', 'new pairs'),
};

function measure(r) {
  const name = metrics[r.metric] ?? say(r.metric.replaceAll('_', ' '), r.metric.replaceAll('_', ' ')), where = heldOut[r.held_out] ?? say(r.held_out, r.held_out);
  return [h('span', {}, name), h('span', { class: 'fine' }, ' · ', h('span', {}, where), ` · ${count(r.of)}`)];
}
