import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { helmFor, type Helm } from '../../e2e/kube/helm.ts'
import { runProgram, type ProgramResult } from '../../e2e/support/program.ts'
import { startRealApi } from '../../operator/kube/contract/realApi.ts'

/** A real kube-apiserver for Helm and kubectl. Nothing in it acts: no Pod starts, no Job ends. */
export interface ApiServer {
  readonly helm: Helm
  kubectl(args: readonly string[], stdin?: string): Promise<ProgramResult>
  /** As `kubectl`, but wants it to succeed; resolves with what it printed. */
  does(args: readonly string[], stdin?: string): Promise<string>
  close(): Promise<void>
}

/** Starts one, without Parley's definitions in it. */
export async function startApiServer(): Promise<ApiServer> {
  const bin = process.env['PARLEY_CONTROL_PLANE_BIN']
  if (!bin) throw new Error('PARLEY_CONTROL_PLANE_BIN names no control plane; `make test` sets it')
  const api = await startRealApi(bin)
  const folder = mkdtempSync(join(tmpdir(), 'parley-chart-'))
  const kubeconfig = join(folder, 'kubeconfig')
  writeFileSync(kubeconfig, api.kubeconfig, { mode: 0o600 })
  const helm = helmFor(kubeconfig)
  const kubectl: ApiServer['kubectl'] = (args, stdin = '') =>
    runProgram(join(bin, 'kubectl'), ['--kubeconfig', kubeconfig, ...args], { stdin })
  const does: ApiServer['does'] = async (args, stdin) => {
    const { out, err, code } = await kubectl(args, stdin)
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')} ended with ${code}: ${err.trim()}`)
    return out
  }
  await does(['delete', 'customresourcedefinitions', '--all', '--wait'])
  return {
    helm,
    kubectl,
    does,
    async close() {
      helm.close()
      rmSync(folder, { recursive: true })
      await api.close()
    },
  }
}
