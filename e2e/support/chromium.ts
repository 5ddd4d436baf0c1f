import { chromium, type Browser } from 'playwright-core'

/** What a browser without people and devices needs (the usual flags, fake devices, loopback as a way for media). */
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  // Ten pictures a second show as well as thirty that media flows, and cost a third.
  '--use-fake-device-for-media-stream=fps=10',
  '--use-fake-ui-for-media-stream',
  '--auto-accept-this-tab-capture',
  '--autoplay-policy=no-user-gesture-required',
  '--disable-features=WebRtcHideLocalIpsWithMdns',
  '--allow-loopback-in-peer-connection',
]

/** Starts the machine's Chromium with an empty profile. */
export function startChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: process.env['PARLEY_CHROMIUM'] ?? '/usr/bin/chromium', args: flags, headless: true })
}
