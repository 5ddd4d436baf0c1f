import { defineConfig } from 'vite'

/** The meeting page: static files that signaling serves for `/` and `/m/<meeting>`. */
export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    rolldownOptions: {
      // The schemas of the protocol are the server's; without this the page would carry zod for a few constants beside them.
      treeshake: { moduleSideEffects: (id) => /\/signaling\/web\/|\.css$/.test(id) },
    },
  },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
})
