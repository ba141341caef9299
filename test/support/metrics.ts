/** The metrics in Prometheus' text format. */
export async function readMetrics(url: string): Promise<string> {
  const answer = await fetch(url);
  if (answer.status !== 200) throw new Error(`The metrics were answered with ${answer.status}.`);
  return answer.text();
}

/** The value of one series, as in `name{label="value"}`; undefined where there is none. */
export function getSample(metrics: string, series: string): number | undefined {
  const line = metrics.split('\n').find((candidate) => candidate.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}
