import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

const toBrotli = promisify(brotliCompress);
const toGzip = promisify(gzip);

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** GraphiQL's stylesheet has 380 KB of fonts as data URLs. The system's fonts are used instead. */
const withoutFonts: Plugin = {
  name: 'without-fonts',
  enforce: 'pre',
  transform(code, id) {
    return id.endsWith('graphiql/dist/style.css') ? code.replace(/@font-face\s*\{[^}]*\}/g, '') : null;
  },
};

/**
 * Writes the compressed files, the icon and the page, with the names of the files. Not in `generateBundle`, because
 * other plugins still change the code then.
 */
const servedFiles: Plugin = {
  name: 'served-files',
  async writeBundle({ dir = '.' }, bundle) {
    const icon = await readFile(here('favicon.svg'));
    // Eight digits, as in the names that the bundler makes.
    const iconName = `favicon-${createHash('sha256').update(icon).digest('hex').slice(0, 8)}.svg`;
    await writeFile(join(dir, iconName), icon);

    const names = [iconName, ...Object.keys(bundle)];
    let page = await readFile(here('index.html'), 'utf8');
    for (const file of ['favicon.svg', 'style.css', 'graphiql.js']) {
      const extension = extname(file);
      const [name, ...others] = names.filter((candidate) => extname(candidate) === extension);
      if (name === undefined || others.length > 0) {
        throw new Error(
          `One ${extension} file was expected, not ${others.length + (name === undefined ? 0 : 1)}.`,
        );
      }
      page = page.replace(`"graphiql/${file}"`, `"graphiql/${name}"`);
      const content = await readFile(join(dir, name));
      const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
      await writeFile(join(dir, `${name}.br`), await toBrotli(content, { params }));
      await writeFile(join(dir, `${name}.gz`), await toGzip(content, { level: 9 }));
    }
    await writeFile(join(dir, 'index.html'), page.replace(/<!--.*-->\n/, ''));
  },
};

export default defineConfig({
  root: here('.'),
  base: './',
  publicDir: false,
  plugins: [withoutFonts, servedFiles],
  resolve: {
    alias: [
      // One copy: the explorer would otherwise add the CommonJS one, whose types fail instanceof checks.
      { find: /^graphql$/, replacement: here('../node_modules/graphql/index.mjs') },
      { find: /^react-style-singleton$/, replacement: here('constructed-styles.ts') },
    ],
    dedupe: ['react', 'react-dom'],
  },
  build: {
    outDir: here('../dist/graphiql'),
    emptyOutDir: true,
    target: 'es2022',
    license: { fileName: 'licenses.txt' },
    modulePreload: false,
    // In kB, uncompressed. One file is intended; a test limits the compressed size.
    chunkSizeWarningLimit: 2000,
    cssCodeSplit: false,
    rolldownOptions: {
      input: here('graphiql.tsx'),
      checks: { bundlerTimings: false },
      onwarn(warning, warn) {
        // "use client" has no meaning here.
        if (warning.code !== 'MODULE_LEVEL_DIRECTIVE') {
          warn(warning);
        }
      },
      output: {
        codeSplitting: false,
        entryFileNames: '[name]-[hash].js',
        assetFileNames: '[name]-[hash][extname]',
        hashCharacters: 'hex',
      },
    },
  },
});
