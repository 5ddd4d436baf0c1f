import { defineConfig } from 'vitest/config'

/**
 * Five layers: `unit` runs beside the source without isolation and touches nothing outside its process; `chart` renders the chart
 * with the real Helm; `integration` starts real workers, Redis and API servers; `e2e` drives the whole demo with real browsers; `cluster` does so with the chart on a real
 * Kubernetes of several nodes, which all its files share. Only `unit` runs files in parallel.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['**/*.test.{ts,tsx}'],
          exclude: ['**/node_modules/**', '**/*.{integration,e2e,cluster,chart}.test.ts'],
          isolate: false,
          testTimeout: 10_000,
        },
      },
      {
        test: {
          name: 'chart',
          include: ['charts/**/*.chart.test.ts'],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['**/*.integration.test.ts'],
          exclude: ['**/node_modules/**'],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['e2e/**/*.e2e.test.ts'],
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'cluster',
          include: ['e2e/**/*.cluster.test.ts'],
          globalSetup: ['e2e/kube/sharedCluster.ts'],
          fileParallelism: false,
          testTimeout: 600_000,
          hookTimeout: 900_000,
        },
      },
    ],
  },
})
