/** A caller with a token of its own, in a process of its own: asks one thing after another until told to stop, and tells how long each took. */
const [url, token] = process.argv.slice(2);
const QUERY = '{ migrations(first: 20) { edges { node { key title severity state } } } }';
const latencies: number[] = [];
let failures = 0;
let stopped = false;

process.on('message', () => (stopped = true));
process.on('disconnect', () => process.exit());
process.send!('started');
while (!stopped) {
  const started = performance.now();
  try {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query: QUERY }),
    });
    const { data } = (await response.json()) as { data?: { migrations: unknown } };
    if (!data?.migrations) failures++;
  } catch {
    failures++;
  }
  latencies.push(performance.now() - started);
}
process.send!({ latencies, failures });
