import type { KnownCode } from '../model/words.ts'

/** A device that a page captures. */
export type DeviceKind = 'camera' | 'microphone'
export type CaptureCode = Extract<KnownCode, `capture_${string}`>

/** Why capturing failed. */
export class CaptureError extends Error {
  readonly code: CaptureCode
  constructor(code: CaptureCode, cause: unknown) {
    super(code, { cause })
    this.code = code
  }
}

/** Names of what `getUserMedia` throws (Media Capture and Streams, 10.2), and what they mean to a person. */
const codeOfName: Readonly<Record<string, CaptureCode>> = {
  NotAllowedError: 'capture_denied',
  SecurityError: 'capture_denied',
  NotFoundError: 'capture_missing',
  OverconstrainedError: 'capture_missing',
  NotReadableError: 'capture_busy',
  AbortError: 'capture_failed',
}

/** The meaning of what was thrown while capturing. */
export function captureCodeOf(thrown: unknown): CaptureCode {
  const name = thrown instanceof Error ? thrown.name : ''
  return Object.hasOwn(codeOfName, name) ? (codeOfName[name] ?? 'capture_failed') : 'capture_failed'
}

/** Three simulcast layers need 540 lines or more; 720 is what nearly all cameras have. */
const cameraConstraints: MediaTrackConstraints = {
  width: { ideal: 1280 },
  height: { ideal: 720 },
  frameRate: { ideal: 30, max: 30 },
}
const microphoneConstraints: MediaTrackConstraints = { echoCancellation: true, noiseSuppression: true, autoGainControl: true }

function constraintsOf(kind: DeviceKind, deviceId: string | undefined): MediaTrackConstraints {
  const constraints = kind === 'camera' ? cameraConstraints : microphoneConstraints
  return deviceId === undefined ? constraints : { ...constraints, deviceId: { exact: deviceId } }
}

/** Whether the origin may capture at all; browsers hide the API elsewhere. */
function devicesOrThrow(): MediaDevices {
  const { mediaDevices } = navigator as { readonly mediaDevices?: MediaDevices }
  if (!mediaDevices) throw new CaptureError('capture_insecure', undefined)
  return mediaDevices
}

async function capture(kind: DeviceKind, deviceId: string | undefined): Promise<MediaStreamTrack> {
  const constraints = constraintsOf(kind, deviceId)
  const wish = kind === 'camera' ? { video: constraints } : { audio: constraints }
  const [track] = (await devicesOrThrow().getUserMedia(wish)).getTracks()
  if (!track) throw new CaptureError('capture_missing', undefined)
  return track
}

/** Starts a device. One that was chosen before and is gone gives way to any other. Rejects with a {@link CaptureError}. */
export async function startDevice(kind: DeviceKind, deviceId: string | undefined): Promise<MediaStreamTrack> {
  try {
    return await capture(kind, deviceId).catch((thrown: unknown) => {
      if (deviceId !== undefined && captureCodeOf(thrown) === 'capture_missing') return capture(kind, undefined)
      throw thrown
    })
  } catch (thrown) {
    throw thrown instanceof CaptureError ? thrown : new CaptureError(captureCodeOf(thrown), thrown)
  }
}

/** Whether this browser can share a screen at all; phones cannot. */
export function canShareScreen(): boolean {
  const { mediaDevices } = navigator as { readonly mediaDevices?: Partial<MediaDevices> }
  return mediaDevices?.getDisplayMedia !== undefined
}

/** The tracks of a screen that the person picks; undefined where they thought better of it. */
export async function startScreen(): Promise<{ video: MediaStreamTrack; audio: MediaStreamTrack | undefined } | undefined> {
  try {
    const stream = await devicesOrThrow().getDisplayMedia({ video: { frameRate: { ideal: 15, max: 15 } }, audio: true })
    const [video] = stream.getVideoTracks()
    // Text must stay readable: rather fewer frames than a blurred one.
    if (video) video.contentHint = 'detail'
    return video && { video, audio: stream.getAudioTracks()[0] }
  } catch (thrown) {
    if (captureCodeOf(thrown) === 'capture_denied') return undefined
    throw thrown instanceof CaptureError ? thrown : new CaptureError(captureCodeOf(thrown), thrown)
  }
}

/** Devices to choose from. Their labels are empty until the person has allowed one. */
export interface DeviceLists {
  readonly camera: readonly MediaDeviceInfo[]
  readonly microphone: readonly MediaDeviceInfo[]
  readonly speaker: readonly MediaDeviceInfo[]
}
export const noDevices: DeviceLists = { camera: [], microphone: [], speaker: [] }

/** The devices that are there; none where they may not be listed. */
export async function listDevices(): Promise<DeviceLists> {
  try {
    const all = (await devicesOrThrow().enumerateDevices()).filter(({ deviceId }) => deviceId !== '')
    const of = (kind: MediaDeviceKind): MediaDeviceInfo[] => all.filter((device) => device.kind === kind)
    return { camera: of('videoinput'), microphone: of('audioinput'), speaker: of('audiooutput') }
  } catch {
    return noDevices
  }
}
