import { expect, test } from 'vitest'

import { judge, targetsToTry, type Asked } from './judge.ts'

const asked = (worker: number, place: string, answered = true): Asked => {
  const [protocol, address = '', port] = place.split(' ')
  return { worker, target: { protocol: protocol === 'tcp' ? 'tcp' : 'udp', address, port: Number(port) }, answered }
}

test('a node that answers everywhere is reached, and it is said where', () => {
  expect(
    judge([
      asked(0, 'udp 203.0.113.7 40000'),
      asked(0, 'tcp 203.0.113.7 40000'),
      asked(1, 'udp 203.0.113.7 40001'),
      asked(1, 'tcp 203.0.113.7 40001'),
    ]),
  ).toEqual({
    status: 'True',
    reason: 'Answered',
    message: 'answers at udp 203.0.113.7:40000,40001, tcp 203.0.113.7:40000,40001, tried from the operator',
  })
})

test('udp that is blocked is told, but people get through', () => {
  expect(judge([asked(0, 'udp 2001:db8::7 40000', false), asked(0, 'tcp 2001:db8::7 40000')])).toEqual({
    status: 'True',
    reason: 'AnsweredPartly',
    message: 'answers at tcp [2001:db8::7]:40000, but not at udp [2001:db8::7]:40000, tried from the operator',
  })
})

test('one media process that does not answer at all is enough: its people would not get through', () => {
  expect(
    judge([
      asked(0, 'udp 203.0.113.7 40000'),
      asked(1, 'udp 203.0.113.7 40001', false),
      asked(1, 'tcp 203.0.113.7 40001', false),
    ]),
  ).toEqual({
    status: 'False',
    reason: 'NoAnswer',
    message:
      'no answer at udp 203.0.113.7:40001, tcp 203.0.113.7:40001, tried from the operator: a firewall closes the ports, or the address is another',
  })
})

test('where nothing was tried nothing is known', () => {
  expect(judge([])).toMatchObject({ status: 'Unknown', reason: 'NotTried' })
})

test('of many addresses the first two are tried', () => {
  const addresses = ['203.0.113.1', '203.0.113.2', '203.0.113.3']
  const targets = addresses.flatMap((address) => (['udp', 'tcp'] as const).map((protocol) => ({ protocol, address, port: 1 })))
  const tried = targetsToTry({ worker: 0, usernameFragment: 'u', password: 'p', targets })
  expect(tried.map(({ protocol, address }) => `${protocol} ${address}`)).toEqual([
    'udp 203.0.113.1',
    'tcp 203.0.113.1',
    'udp 203.0.113.2',
    'tcp 203.0.113.2',
  ])
})
