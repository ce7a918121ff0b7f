/**
 * `npm run check`: every script of package.json named `check:…`, one after the other, a line each. All of them run even
 * where one fails, so that one run shows every fault; what a step says is shown only if it failed. Names given as
 * arguments run only those.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What a step that failed may say here; one broken file can make a thousand lines. */
const MAX_LINES = 60;

const { scripts } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const steps = Object.keys(scripts).flatMap((name) => (name.startsWith('check:') ? [name.slice('check:'.length)] : []));
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !steps.includes(name));
if (unknown.length > 0) {
  console.error(`There is no check named ${unknown.join(', ')}. There are: ${steps.join(', ')}.`);
  process.exit(1);
}

for (const step of asked.length > 0 ? asked : steps) {
  const started = performance.now();
  const { ok, output } = await run(`check:${step}`);
  const seconds = ((performance.now() - started) / 1_000).toFixed(1);
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${step} (${seconds} s)`);
  if (ok) continue;
  const lines = output.trim().split('\n');
  for (const line of lines.slice(0, MAX_LINES)) console.log(`       ${line}`);
  if (lines.length > MAX_LINES) console.log(`       … and ${lines.length - MAX_LINES} lines more; see them with: npm run check:${step}`);
  process.exitCode = 1;
}

/** Runs one script of package.json to its end. */
function run(script) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--run', script], { env: { ...process.env, NO_COLOR: '1' }, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => resolve({ ok: false, output: error.message }));
    child.on('close', (code) => resolve({ ok: code === 0, output }));
  });
}
