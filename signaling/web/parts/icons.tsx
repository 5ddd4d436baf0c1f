import type { JSX } from 'preact'

/** Line icons on a grid of 24, drawn for this page. The text beside or around them says what they mean. */
const shapes = {
  microphone: ['M12 3a3 3 0 0 0-3 3v5a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3z', 'M6 11a6 6 0 0 0 12 0', 'M12 17v4'],
  microphoneOff: [
    'M15 10V6a3 3 0 0 0-5.7-1.3',
    'M9 9v2a3 3 0 0 0 4.6 2.5',
    'M6 11a6 6 0 0 0 9.6 4.8',
    'M18 11a6 6 0 0 1-.4 2',
    'M12 17v4',
    'M4 4l16 16',
  ],
  camera: ['M4 7h10a1 1 0 0 1 1 1v8a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V8a1 1 0 0 1 1-1z', 'M15 11l6-3v8l-6-3'],
  cameraOff: ['M9 7h5a1 1 0 0 1 1 1v5', 'M15 11l6-3v8l-3.2-1.6', 'M14.5 17H4a1 1 0 0 1-1-1V8a1 1 0 0 1 1-1h.5', 'M4 4l16 16'],
  screen: ['M3 5h18v11H3z', 'M8 20h8', 'M12 13V8', 'M9.5 10.5L12 8l2.5 2.5'],
  chat: ['M4 5h16v11H10l-4 4v-4H4z'],
  people: [
    'M9 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6z',
    'M3.5 19c.5-3 2.700-5 5.500-5s5 2 5.500 5',
    'M16 5.500a3 3 0 0 1 0 5',
    'M17 14.300c2 .6 3.200 2.300 3.500 4.700',
  ],
  smile: [
    'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z',
    'M8.500 14c.8 1.300 2 2 3.500 2s2.700-.7 3.500-2',
    'M9 9.500v.5',
    'M15 9.500v.5',
  ],
  settings: ['M4 7h9', 'M19 7h1', 'M16 5v4', 'M4 12h2', 'M11 12h9', 'M8.500 10v4', 'M4 17h9', 'M19 17h1', 'M16 15v4'],
  info: ['M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z', 'M12 11v5', 'M12 8v.2'],
  leave: ['M3 14.500c5-5 13-5 18 0l-2.500 2.500-3.500-1.700v-2.800c-2-.7-4-.7-6 0v2.800L5.500 17z'],
  close: ['M6 6l12 12', 'M18 6L6 18'],
  send: ['M4 12l16-8-6 16-3-6z', 'M11 14l9-10'],
  weak: ['M4 18v-2', 'M9 18v-5', 'M14 18v-8', 'M19 18V7'],
  retry: ['M19 12a7 7 0 1 1-2-5', 'M19 4v4h-4'],
} as const

export type IconName = keyof typeof shapes

/** An icon in the colour of the text around it. */
export function Icon({ name }: { name: IconName }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      {shapes[name].map((d) => (
        <path key={d} d={d} />
      ))}
    </svg>
  )
}
