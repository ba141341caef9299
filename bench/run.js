// npm run bench [-- --quick]: measures the gateway, a pass-through and rivals in interleaved rounds, and writes
// docs/performance-figures.md. Linux only: it reads processor time from /proc.
import { readFileSync, writeFileSync } from 'node:fs';
import { contenders, getProcessorTimeUs, getResidentMb, startLoad, startStub } from './contenders.js';
import { allNames, modelCounts, operations, several } from './operations.js';

const isQuick = process.argv.includes('--quick');
// Many short rounds: a disturbance of the machine affects all contenders of a round.
const rounds = { count: isQuick ? 3 : 15, durationMs: 700 };
// For responses that take up to a second.
const longRounds = { count: 5, durationMs: 2000 };
// Enough that the server never waits for the load; half of its sockets, so that a call behind a request never queues.
const connections = 32;
// Of each contender's own time to warm up: a quick run is for seeing that all of it runs.
const warmUpShare = isQuick ? 0.12 : 1;
const tables = [];
const say = (text) => process.stdout.write(`${text}\n`);

const quantile = (values, share) =>
  [...values].sort((a, b) => a - b)[Math.round((values.length - 1) * share)];
const median = (values) => quantile(values, 0.5);
/** Of the middle half. */
const spread = (values) =>
  `${Math.round(((quantile(values, 0.75) - quantile(values, 0.25)) / median(values)) * 100)} %`;

const inWordsOf = (name, operation) => contenders[name].operations?.get(operation) ?? operation;

async function answersRightly({ name, url }, operation) {
  const { query, variables, isRight } = inWordsOf(name, operation);
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'galileo-api-key': 'benchmark-check' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  return errors === undefined && isRight(data);
}

async function startAll(names, upstreamUrl) {
  const running = [];
  for (const name of names) running.push({ name, ...(await contenders[name].start(upstreamUrl)) });
  return running;
}

const stopAll = (running) => {
  for (const { child } of running) child.kill('SIGKILL');
};

async function measureOnce(load, { name, child, url }, operation, durationMs, callers = connections) {
  const beforeUs = getProcessorTimeUs(child.pid);
  const { query, variables } = inWordsOf(name, operation);
  const result = await load.run({ url, query, variables, connections: callers, durationMs });
  return { ...result, processorUs: (getProcessorTimeUs(child.pid) - beforeUs) / result.requests };
}

/** Every contender in every round, one after the other, so that what disturbs the machine disturbs them all. */
async function measure(load, running, operation, { count, durationMs } = rounds, callers = connections) {
  const results = new Map(running.map(({ name }) => [name, []]));
  for (let round = 0; round < count; round += 1) {
    for (const contender of running) {
      results.get(contender.name).push(await measureOnce(load, contender, operation, durationMs, callers));
    }
  }
  return results;
}

function summarize(results, name) {
  const of = (key) => results.get(name).map((result) => result[key]);
  const failures = of('failures').reduce((sum, count) => sum + count, 0);
  const base = results.get('pass-through');
  return {
    processorUs: median(of('processorUs')),
    ratio: median(of('processorUs').map((time, round) => base[round].processorUs / time)),
    spread: spread(of('processorUs')),
    requestsPerSecond: median(of('requestsPerSecond')),
    p50Ms: median(of('p50Ms')),
    p99Ms: median(of('p99Ms')),
    failures,
  };
}

function addTable(title, head, rows) {
  const widths = head.map((_, column) =>
    Math.max(3, ...[head, ...rows].map((row) => `${row[column]}`.length)),
  );
  const toLine = (row) => `| ${row.map((cell, column) => `${cell}`.padEnd(widths[column])).join(' | ')} |`;
  const rule = widths.map((width) => '-'.repeat(width));
  const lines = [`## ${title}`, '', ...[head, rule, ...rows].map(toLine)];
  tables.push(lines.join('\n'));
  say(`\n${lines.join('\n')}`);
}

const head = [
  '',
  'processor time a request',
  'spread',
  'ratio',
  'requests a second',
  'p50',
  'p99',
  'p99 / p50',
];

function addComparison(title, results) {
  const rows = [...results.keys()].map((name) => {
    const {
      processorUs,
      ratio,
      spread: range,
      requestsPerSecond,
      p50Ms,
      p99Ms,
      failures,
    } = summarize(results, name);
    const label = failures === 0 ? name : `${name} (${failures} failures)`;
    return [
      label,
      `${processorUs.toFixed(0)} µs`,
      range,
      ratio.toFixed(2),
      requestsPerSecond.toFixed(0),
      `${p50Ms.toFixed(1)} ms`,
      `${p99Ms.toFixed(1)} ms`,
      (p99Ms / p50Ms).toFixed(1),
    ];
  });
  addTable(title, head, rows);
}

async function compareOperations(load) {
  const stub = await startStub();
  const running = await startAll(Object.keys(contenders), stub.url);
  try {
    for (const contender of running) {
      const share = contenders[contender.name].warmUpMs / Object.keys(operations).length;
      for (const operation of Object.values(operations)) {
        if (contender.name !== 'pass-through' && !(await answersRightly(contender, operation))) {
          throw new Error(`${contender.name} answers "${operation.title}" wrongly`);
        }
        await measureOnce(load, contender, operation, share * warmUpShare);
      }
    }
    for (const operation of Object.values(operations)) {
      addComparison(operation.title, await measure(load, running, operation));
    }
    addTable(
      'Memory after the run',
      ['', 'resident'],
      running.map(({ name, child }) => [name, `${getResidentMb(child.pid).toFixed(0)} MB`]),
    );
  } finally {
    stopAll([...running, stub]);
  }
}

async function compareSlowUpstream(load) {
  const stub = await startStub({ DELAY_MS: '50' });
  const running = await startAll(['pass-through', 'galileo-gateway'], stub.url);
  try {
    for (const callers of [32, 256, 1000]) {
      const title = `One provider, an upstream that takes 50 ms, ${callers} connections`;
      addComparison(title, await measure(load, running, operations.one, longRounds, callers));
    }
  } finally {
    stopAll([...running, stub]);
  }
}

async function compareSizes(load) {
  const names = ['pass-through', 'galileo-gateway'];
  for (const count of modelCounts) {
    const stub = await startStub({ MODELS: String(count) });
    const running = await startAll(names, stub.url);
    try {
      for (const contender of running)
        await measureOnce(load, contender, operations.sagemaker, 2000 * warmUpShare);
      addComparison(`SageMaker with ${count} models`, await measure(load, running, operations.sagemaker));
    } finally {
      stopAll([...running, stub]);
    }
  }
  const stub = await startStub();
  const running = await startAll(names, stub.url);
  try {
    for (const count of [1, 4, 12]) {
      const operation = several(allNames.slice(0, count));
      for (const contender of running) await measureOnce(load, contender, operation, 2000 * warmUpShare);
      addComparison(operation.title, await measure(load, running, operation));
    }
  } finally {
    stopAll([...running, stub]);
  }
}

function printVersions() {
  const read = (path) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')).version;
  const rivals = [
    'mercurius',
    '@apollo/server',
    '@apollo/datasource-rest',
    '@omnigraph/openapi',
    '@graphql-hive/gateway-runtime',
    'undici',
  ];
  const versions = rivals.map((name) => `${name} ${read(`node_modules/${name}/package.json`)}`);
  const yoga = `graphql-yoga ${read('../node_modules/graphql-yoga/package.json')}`;
  return [`galileo-gateway ${read('../package.json')}`, `Node ${process.version}`, yoga, ...versions].join(
    ', ',
  );
}

const load = await startLoad();
try {
  await compareOperations(load);
  if (!isQuick) {
    await compareSlowUpstream(load);
    await compareSizes(load);
    const introduction = [
      '# Performance figures',
      '',
      'Written by `npm run bench`. The figures are medians over rounds. `ratio` is the CPU time of the pass-through divided by that of the',
      'row in the same round: 1.00 costs as much as the pass-through. `spread` is the spread of the middle half of the rounds.',
      '[performance.md](performance.md) explains the method.',
      '',
      `${printVersions()}; ${rounds.count} rounds of ${rounds.durationMs} ms, ${longRounds.count} of ${longRounds.durationMs} ms for the upstream that takes 50 ms; ${connections} connections unless stated otherwise, 4,096 credentials.`,
    ].join('\n');
    writeFileSync(
      new URL('../docs/performance-figures.md', import.meta.url),
      `${introduction}\n\n${tables.join('\n\n')}\n`,
    );
  }
} finally {
  load.child.kill('SIGKILL');
}
