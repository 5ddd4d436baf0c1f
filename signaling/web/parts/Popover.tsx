import type { ComponentChildren, JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

/** Something small over the page that goes with Escape, or with a click or focus elsewhere. Focus returns to what opened it. */
export function Popover(props: {
  label: string
  testId: string
  class: string
  onClose: () => void
  children: ComponentChildren
}): JSX.Element {
  const { onClose } = props
  const element = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const opener = document.activeElement
    element.current?.focus()
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape') return
      event.stopPropagation()
      onClose()
      if (opener instanceof HTMLElement) opener.focus()
    }
    const onElsewhere = ({ target }: Event): void => {
      const outside = target instanceof Node && !element.current?.contains(target)
      // A click on the opener closes it by its own hand.
      if (outside && !(opener instanceof Node && opener.contains(target))) onClose()
    }
    document.addEventListener('keydown', onKey, true)
    document.addEventListener('pointerdown', onElsewhere)
    document.addEventListener('focusin', onElsewhere)
    return () => {
      document.removeEventListener('keydown', onKey, true)
      document.removeEventListener('pointerdown', onElsewhere)
      document.removeEventListener('focusin', onElsewhere)
    }
  }, [])
  return (
    <div
      ref={element}
      class={`popover ${props.class}`}
      role="dialog"
      aria-label={props.label}
      tabIndex={-1}
      data-testid={props.testId}
    >
      {props.children}
    </div>
  )
}
