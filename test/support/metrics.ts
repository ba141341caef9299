/** The metrics in Prometheus' text format. */
export async function readMetrics(url: string): Promise<string> {
  const response = await fetch(url);
  if (response.status !== 200) throw new Error(`The metrics endpoint responded with ${response.status}.`);
  return response.text();
}

/** The value of one series, as in `name{label="value"}`; undefined if it does not exist. */
export function getSample(metrics: string, series: string): number | undefined {
  const line = metrics.split('\n').find((candidate) => candidate.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}
