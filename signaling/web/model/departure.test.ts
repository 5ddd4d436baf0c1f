import { expect, test } from 'vitest'

import { onDeparture } from './departure.ts'

function aPage() {
  const navigation = new EventTarget()
  const window = Object.assign(new EventTarget(), { navigation }) as unknown as Window
  const page = { gone: 0 }
  const stop = onDeparture(window, () => page.gone++)
  const navigate = (navigationType: string): boolean =>
    navigation.dispatchEvent(Object.assign(new Event('navigate'), { navigationType }))
  const hide = (persisted = false): boolean => window.dispatchEvent(Object.assign(new Event('pagehide'), { persisted }))
  return { page, stop, navigate, hide }
}

test('a closed tab and another address are a departure', () => {
  const closed = aPage()
  closed.hide()
  expect(closed.page.gone).toBe(1)
  const elsewhere = aPage()
  elsewhere.navigate('push')
  elsewhere.hide()
  expect(elsewhere.page.gone).toBe(1)
})

test('a reload and a page that is put aside are none, nor is anything after the end', () => {
  const { page, stop, navigate, hide } = aPage()
  navigate('reload')
  hide()
  hide(true)
  stop()
  navigate('push')
  hide()
  expect(page.gone).toBe(0)
})

test('a browser that cannot tell keeps the place', () => {
  const window = new EventTarget() as unknown as Window
  let gone = 0
  onDeparture(window, () => gone++)
  window.dispatchEvent(Object.assign(new Event('pagehide'), { persisted: false }))
  expect(gone).toBe(0)
})
