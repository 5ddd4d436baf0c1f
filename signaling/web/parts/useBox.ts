import { useSignal, type ReadonlySignal } from '@preact/signals'
import type { RefObject } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'

/** A box on the page, in CSS pixels. */
export interface Box {
  readonly width: number
  readonly height: number
}

/** The inner size of an element, as it changes. */
export function useBox<T extends HTMLElement>(): { ref: RefObject<T | null>; box: ReadonlySignal<Box> } {
  const ref = useRef<T>(null)
  const box = useSignal<Box>({ width: 0, height: 0 })
  useLayoutEffect(() => {
    const element = ref.current
    if (!element) return undefined
    const observer = new ResizeObserver(([entry]) => {
      if (entry) box.value = { width: entry.contentRect.width, height: entry.contentRect.height }
    })
    observer.observe(element)
    return () => observer.disconnect()
  }, [box])
  return { ref, box }
}
