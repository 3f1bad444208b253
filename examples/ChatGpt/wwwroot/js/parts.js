// What several tabs are made of.

import { explain } from './api.js';
import { fill, h, uniqueId } from './dom.js';
import { number, onLanguage, say } from './i18n.js';

/** How far a model has come, in the order of the stages; colour and words for each. */
export const stages = {
  base: { colour: 'var(--base)', name: say('GPT', 'GPT'), what: say('só continua textos', 'only continues texts') },
  sft: { colour: 'var(--sft)', name: say('SFT', 'SFT'), what: say('ajustado com perguntas e respostas', 'tuned on questions and answers') },
  reward: { colour: 'var(--reward)', name: say('Recompensa', 'Reward'), what: say('dá notas a respostas', 'judges answers') },
  ppo: { colour: 'var(--ppo)', name: say('PPO', 'PPO'), what: say('reforçado pelas preferências', 'reinforced by preferences') },
  dpo: { colour: 'var(--dpo)', name: say('DPO', 'DPO'), what: say('preferências, sem reforço', 'preferences, without reinforcement') },
  grpo: { colour: 'var(--grpo)', name: say('GRPO', 'GRPO'), what: say('reforçado em grupos', 'reinforced in groups') },
};

/** Colour and words of a model or a stage, known or not. */
export const stageOf = (name) => stages[name] ?? { colour: 'var(--accent)', name: say(name, name), what: say('', '') };

/** The models in the order of their stages; unknown ones come last. */
export function inOrder(models) {
  const names = Object.keys(stages);
  const at = (m) => (names.includes(m.name) ? names.indexOf(m.name) : names.length);
  return [...models].sort((a, b) => at(a) - at(b));
}

/** The beginning of a tab. */
export const hero = (title, lead) => h('header', { class: 'hero' }, h('h1', {}, title), h('p', { class: 'lead' }, lead));

/** An error where it happened. */
export const failure = (error) => h('p', { class: 'failure', role: 'alert' }, explain(error));

/** Something that takes a moment. */
export const waiting = (text) => h('p', { class: 'waiting', role: 'status' }, h('span', { class: 'spinner', 'aria-hidden': 'true' }), text);

/** A slider with its name and value: slider({ name, min, max, step, value, format, onchange }). */
export function slider({ name, min, max, step, value, format = (v) => number(v, 2), onchange, hint }) {
  const id = uniqueId('slider');
  const output = h('output', { for: id });
  const input = h('input', {
    type: 'range', id, min, max, step, value,
    oninput: () => {
      show();
      onchange?.(+input.value);
    },
  });
  const show = () => {
    output.textContent = format(+input.value);
    input.setAttribute('aria-valuetext', output.textContent);
    input.style.setProperty('--filled', `${(100 * (input.value - min)) / (max - min || 1)}%`);
  };
  show();
  onLanguage(show);
  const element = h('div', { class: 'slider' }, h('label', { for: id }, name), output, input, hint ? h('small', {}, hint) : null);
  return {
    element,
    input,
    get value() {
      return +input.value;
    },
    set value(v) {
      input.value = v;
      show();
    },
    limit(most) {
      input.max = max = most;
      show();
    },
  };
}

/** A list to choose from, with its name. */
export function choice(name, options, onchange, value) {
  const id = uniqueId('choice');
  const select = h('select', { id, onchange: () => onchange(select.value) }, options.map((o) => h('option', { value: o.value }, o.name)));
  if (value !== undefined) select.value = value;
  return { element: h('div', { class: 'choice' }, h('label', { for: id }, name), select), select };
}

/** A choice of model; at first the one that went furthest, or the first, which knows texts best. */
export function modelChoice(info, onchange, { only = () => true, first = false } = {}) {
  const models = inOrder(info.models).filter(only);
  const made = choice(say('Modelo', 'Model'), models.map((m) => ({ value: m.name, name: m.name })), onchange, models.at(first ? 0 : -1)?.name);
  if (models.length < 2) made.element.hidden = true;
  return made;
}

/** Buttons of which one is pressed. */
export function segments(name, options, onchange, value = options[0].value) {
  const element = h('div', { class: 'segments', role: 'group', 'aria-label': name });
  const choose = (v, tell = true) => {
    for (const b of element.children) b.setAttribute('aria-pressed', b.dataset.value === String(v));
    if (tell) onchange(v);
  };
  for (const o of options) element.append(h('button', { type: 'button', 'data-value': o.value, onclick: () => choose(o.value) }, o.name));
  choose(value, false);
  return { element, choose };
}

/** A token as a chip; a special one, a blank and a line break can be seen. */
export function chip(token, properties = {}, tag = 'span') {
  return h(tag, { ...properties, class: `token${token.special ? ' special' : ''} ${properties.class ?? ''}` }, visible(token.text));
}

/** A token's text with its white space visible. */
export const visible = (text) => (text === '' ? '∅' : text.replace(/ /g, '·').replace(/\n/g, '↵').replace(/\t/g, '⇥'));

/** A part of a tab that is redrawn whenever the language changes: redraw(host, () => content). */
export function redrawn(host, content) {
  const draw = () => fill(host, content());
  onLanguage(draw);
  draw();
  return draw;
}

/** Text for screen readers alone, said when it changes. */
export const whisper = () => h('p', { class: 'unseen', role: 'status', 'aria-live': 'polite' });
