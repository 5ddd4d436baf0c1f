/**
 * Loaded before the program of each child of the demo (`node --import`): when the launcher is gone, however it ended, the child ends
 * too, and with it its process group, so that media workers go along. The launcher's end shows as the end of the IPC channel, which
 * the kernel closes even after `kill -9`.
 */
if (process.channel) {
  process.on('disconnect', () => process.kill(-process.pid, 'SIGKILL'))
  process.channel.unref()
}
