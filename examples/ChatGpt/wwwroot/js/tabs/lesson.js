// The lecture's six questions, each answered in a few sentences beside an experiment that runs here.

import { h } from '../dom.js';
import { say } from '../i18n.js';
import { hero } from '../parts.js';
import * as activations from '../lesson/activations.js';
import * as curves from '../lesson/curves.js';
import * as duel from '../lesson/duel.js';
import * as meanings from '../lesson/meanings.js';
import * as shapes from '../lesson/shapes.js';
import * as temperature from '../lesson/temperature.js';

/** pᵢ = exp(zᵢ/T) / Σⱼ exp(zⱼ/T), as one writes it. */
function softmax() {
  const power = (i) => ['e', h('sup', {}, 'z', h('sub', {}, i), '/T')];
  return h('p', { class: 'formula', role: 'img', 'aria-label': say('p i é igual a e elevado a z i sobre T, dividido pela soma sobre j de e elevado a z j sobre T', 'p i equals e to the z i over T, divided by the sum over j of e to the z j over T') },
    h('span', {}, 'p', h('sub', {}, 'i'), ' ='), h('span', { class: 'fraction' }, h('span', {}, power('i')), h('span', {}, 'Σ', h('sub', {}, 'j'), ' ', power('j'))));
}

const questions = [
  {
    title: say('O que separa um GPT do ChatGPT?', 'What separates a GPT from ChatGPT?'),
    answer: [
      say('Um GPT leu uma montanha de texto e aprendeu uma única coisa: prever o próximo token. Pergunte algo, e ele continua o seu texto do jeito que textos continuam.',
        'A GPT has read a mountain of text and learnt one single thing: to predict the next token. Ask it something, and it continues your text the way texts continue.'),
      say('Um ChatGPT é o mesmo transformer depois de mais três lições: exemplos de boas respostas (ajuste supervisionado), um modelo de recompensa que aprendeu com pessoas o que agrada, e o PPO, que treina o modelo a ganhar notas altas sem esquecer o que sabia.',
        'A ChatGPT is the same transformer after three more lessons: examples of good answers (supervised fine-tuning), a reward model that has learnt from people what pleases, and PPO, which trains the model to earn high marks without forgetting what it knew.'),
    ],
    experiment: duel,
    more: { id: 'chat', text: say('Conversar com todos', 'Chat with all of them') },
  },
  {
    title: say('Como um GPT percebe que uma palavra tem mais de um sentido?', 'How does a GPT see that a word can have more than one meaning?'),
    answer: [
      say('Pela atenção. No começo, “modelo” é sempre o mesmo vetor, na passarela ou na rede neural. Em cada camada, a palavra recolhe informação das anteriores, e o vetor geral vira o vetor desta palavra nesta frase.',
        'By attention. At first “model” is always the same vector, on the catwalk or in the neural network. In each layer the word gathers information from those before it, and the general vector becomes the one of this word in this sentence.'),
      say('O cosseno mede se dois vetores apontam para o mesmo lado: 1 é o mesmo, 0 é nada em comum.', 'The cosine measures whether two vectors point the same way: 1 is the same, 0 is nothing in common.'),
    ],
    experiment: meanings,
    more: { id: 'attention', text: say('Ver por dentro da atenção', 'Look inside attention') },
  },
  {
    title: say('O que é a temperatura de um modelo de linguagem?', 'What is the temperature of a language model?'),
    answer: [
      say('O modelo dá uma nota z a cada token, e a softmax transforma notas em probabilidades. A temperatura T divide as notas antes: pequena, deixa quase só o favorito; grande, aproxima todos.',
        'The model gives every token a score z, and the softmax turns scores into probabilities. The temperature T divides the scores first: small, it leaves almost only the favourite; large, it brings all closer together.'),
      say('Parece criatividade, e se paga em confiabilidade: quem arrisca mais erra mais.', 'It looks like creativity and is paid for in reliability: who risks more errs more.'),
    ],
    formula: softmax,
    experiment: temperature,
    more: { id: 'next', text: say('Brincar com a distribuição', 'Play with the distribution') },
  },
  {
    title: say('Por que as redes neurais são tão comuns?', 'Why are neural networks so widespread?'),
    answer: [
      say('Porque aproximam funções, e quase todo problema é uma função a descobrir. Com neurônios bastantes, uma rede chega tão perto quanto se queira de qualquer função contínua: é um teorema.',
        'Because they approximate functions, and almost every problem is a function to be found. With enough neurons a network comes as close as you like to any continuous function: that is a theorem.'),
      say('O teorema não garante que o treino chegue lá. Para isso há arquiteturas, dados, GPUs que fazem milhares de contas ao mesmo tempo, e uma taxa de aprendizado bem escolhida: passo pequeno demais não anda, grande demais explode.',
        'The theorem does not promise that training gets there. For that there are architectures, data, GPUs that do thousands of sums at once, and a well-chosen learning rate: too small a step goes nowhere, too large a step explodes.'),
    ],
    experiment: curves,
  },
  {
    title: say('Que tipos de problema elas resolvem?', 'Which kinds of problem can they solve?'),
    answer: [
      say('Prever números, escolher entre classes, marcar rótulos, gerar texto, imagem e som. Para imagens, a rede convolucional desliza pequenos filtros que acham contornos onde quer que estejam.',
        'Predict numbers, choose among classes, set labels, generate text, images and sound. For images, the convolutional network slides small filters that find contours wherever they are.'),
      say('A última ativação decide o que pode sair: ReLU para o que não pode ser negativo, como vendas; softmax quando só uma classe vale; sigmoide quando cada rótulo vale por si.',
        'The last activation decides what can come out: ReLU for what cannot be negative, such as sales; softmax when only one class is right; sigmoid when each label stands for itself.'),
    ],
    experiment: shapes,
  },
  {
    title: say('Quais são as principais funções de ativação?', 'Which are the main activation functions?'),
    answer: [
      say('Sem elas, camadas empilhadas valem por uma única soma ponderada: só linhas retas. O degrau do perceptron decide sim ou não, mas não tem inclinação que diga como melhorar. Sigmoide e tanh dobram suavemente; ReLU é barata e não satura do lado positivo; GELU e SiLU são versões lisas dela, as dos transformers.',
        'Without them, stacked layers are worth one single weighted sum: straight lines only. The perceptron’s step decides yes or no but has no slope to say how to improve. Sigmoid and tanh bend gently; ReLU is cheap and does not saturate on the positive side; GELU and SiLU are smooth versions of it, those of transformers.'),
    ],
    experiment: activations,
  },
];

export function mount(panel, context) {
  panel.append(
    hero(say('Seis perguntas', 'Six questions'), say('As perguntas da aula, com respostas curtas e experimentos que rodam agora, na sua máquina.', 'The lecture’s questions, with short answers and experiments that run now, on your machine.')),
    h('nav', { class: 'questions', 'aria-label': say('Perguntas', 'Questions') }, h('ol', {}, questions.map((q, i) => h('li', {}, h('button', { type: 'button', onclick: () => go(i) }, q.title))))),
    ...questions.map((q, i) => {
      const place = h('div', { class: 'experiment' });
      q.section = h('section', { class: 'card question', 'aria-labelledby': `question-${i + 1}` },
        h('div', { class: 'stack' },
          h('div', {}, h('span', { class: 'ordinal', 'aria-hidden': 'true' }, i + 1), h('h2', { id: `question-${i + 1}`, tabindex: '-1' }, q.title)),
          q.answer.map((text) => h('p', {}, text)),
          q.formula?.(),
          q.more ? h('div', {}, h('button', { class: 'quiet small', type: 'button', onclick: () => (context.open(q.more.id), scrollTo(0, 0)) }, q.more.text, ' →')) : null),
        place);
      q.experiment.mount(place, context);
      return q.section;
    }));
}

function go(i) {
  questions[i].section.scrollIntoView();
  questions[i].section.querySelector('h2').focus({ preventScroll: true });
}
