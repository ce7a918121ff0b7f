/**
 * Builds the dashboard into `dist/dashboard`, which the API serves at `/`. `npm install` and `npm start` run it where
 * something changed; `npx vite` serves the sources instead, with changes shown at once, in front of an API on port 4000.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** Smaller files gain nothing: headers are longer than what is saved. In bytes. */
const WORTH_COMPRESSING = 512;
/**
 * What so many pages share comes in one file. Apart, it came in dozens, whose headers were more than what a page gets that it
 * does not need.
 */
const SHARED_BY = 3;
const COMPRESSIBLE = /\.(js|css|html|svg)$/;
const API = 'http://127.0.0.1:4000';
/** Its addresses; a folder of sources may have the name of one. */
const OF_THE_API = String.raw`^/(graphql|session|migrations|calendar|mailbox)(?!.*\.(tsx?|css)\b)([/?]|$)`;

export default defineConfig({
  root: 'src/dashboard',
  plugins: [react(), compressed()],
  build: {
    outDir: '../../dist/dashboard',
    emptyOutDir: true,
    // Small images as `data:` addresses would need a wider content security policy.
    assetsInlineLimit: 0,
    // What it puts first is a script for browsers that lack module preloads; none that run React 19's syntax do.
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'shared', minShareCount: SHARED_BY }] } } },
  },
  server: { proxy: { [OF_THE_API]: { target: API, ws: true } } },
});

/** Writes a `.br` and a `.gz` beside each file, so that no request pays for compression. */
function compressed(): Plugin {
  return {
    name: 'graceline-compressed',
    apply: 'build',
    async writeBundle({ dir = '.' }) {
      const files = await readdir(dir, { recursive: true });
      await Promise.all(files.filter((file) => COMPRESSIBLE.test(file)).map((file) => compress(join(dir, file))));
    },
  };
}

async function compress(file: string): Promise<void> {
  const content = await readFile(file);
  if (content.length < WORTH_COMPRESSING) return;
  const [br, gz] = await Promise.all([
    promisify(brotliCompress)(content, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: content.length } }),
    promisify(gzip)(content, { level: constants.Z_BEST_COMPRESSION }),
  ]);
  await Promise.all([writeFile(`${file}.br`, br), writeFile(`${file}.gz`, gz)]);
}
