import { defineConfig } from 'vite'

/** The meeting page: static files that signaling serves for `/` and `/m/<meeting>`. */
export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  build: { outDir: 'dist', emptyOutDir: true, target: 'es2022' },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
})
