import { expect, test } from 'vitest'

import { librariesOf } from './worker.ts'

test('the libraries of a program are carried, the C library is not', () => {
  const said = `
	linux-vdso.so.1 (0x00007f7a7efdd000)
	libuv.so.1 => /lib/x86_64-linux-gnu/libuv.so.1 (0x00007f7a7ef9c000)
	libssl.so.3 => /lib/x86_64-linux-gnu/libssl.so.3 (0x00007f7a7eb57000)
	libm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x00007f7a7e520000)
	libgcc_s.so.1 => /lib/x86_64-linux-gnu/libgcc_s.so.1 (0x00007f7a7ef6a000)
	libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f7a7e01e000)
	/lib64/ld-linux-x86-64.so.2 (0x00007f7a7efdf000)
`
  expect(librariesOf(said)).toEqual([
    '/lib/x86_64-linux-gnu/libuv.so.1',
    '/lib/x86_64-linux-gnu/libssl.so.3',
    '/lib/x86_64-linux-gnu/libgcc_s.so.1',
  ])
  expect(librariesOf('\tstatically linked\n')).toEqual([])
})
