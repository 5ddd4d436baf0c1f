import { defineConfig } from 'vitest/config'

/** Tests of the layer `integration` that compare the whole machine before and after: nothing else may start or end meanwhile. */
const wholeMachine = ['e2e/kube/testCluster.integration.test.ts']

/**
 * Five layers: `unit` runs beside the source without isolation and touches nothing outside its process; `chart` renders the chart
 * with the real Helm; `integration` starts real workers, Redis and API servers; `e2e` drives the whole demo with real browsers; `cluster` does so with the chart on a real
 * Kubernetes of several nodes, which all its files share. `unit` runs files in parallel, `chart`, `integration` and `e2e` two at a time; those of
 * `integration` that look at the whole machine are the project `machine`.
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
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'chart',
          include: ['charts/**/*.chart.test.ts'],
          maxWorkers: 2,
          testTimeout: 180_000,
          hookTimeout: 180_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'integration',
          include: ['**/*.integration.test.ts'],
          exclude: ['**/node_modules/**', ...wholeMachine],
          // They wait most of the time; more at a time would disturb each other's media.
          maxWorkers: 2,
          testTimeout: 120_000,
          hookTimeout: 180_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'machine',
          include: wholeMachine,
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 300_000,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['e2e/**/*.e2e.test.ts'],
          maxWorkers: 2,
          testTimeout: 300_000,
          hookTimeout: 300_000,
          sequence: { groupOrder: 3 },
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
