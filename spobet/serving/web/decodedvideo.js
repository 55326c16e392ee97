// The pictures of a video file as WebCodecs decodes them: each once, with its time, as fast as they
// can be looked at.

const DEMUXER = "./vendor/mediabunny.min.mjs"; // WebCodecs alone reads no files

export class DecodedVideo {
  // null where this browser cannot decode the file in this way
  static async open(file) {
    if (!globalThis.VideoDecoder) return null;
    const { ALL_FORMATS, BlobSource, Input, VideoSampleSink } = await import(DEMUXER);
    try {
      const input = new Input({ formats: ALL_FORMATS, source: new BlobSource(file) });
      const track = await input.getPrimaryVideoTrack();
      if (!track || !(await track.canDecode())) return null;
      const samples = new VideoSampleSink(track).samples();
      return new DecodedVideo(track, samples, await track.computeDuration());
    } catch {
      return null; // no video, or a damaged one
    }
  }

  constructor(track, samples, duration) {
    Object.assign(this, { samples, duration });
    this.size = [track.displayWidth, track.displayHeight];
  }

  // { seconds, bitmap, paint }: paint(pen) draws the picture under what is there
  async* pictures() {
    const surface = new OffscreenCanvas(...this.size);
    const pen = surface.getContext("2d");
    for await (const sample of this.samples) {
      try {
        sample.draw(pen, 0, 0, ...this.size); // turned as the camera was held
        const paint = (under) => {
          under.globalCompositeOperation = "destination-over";
          sample.draw(under, 0, 0, ...this.size);
          under.globalCompositeOperation = "source-over";
        };
        yield { seconds: sample.timestamp, bitmap: surface.transferToImageBitmap(), paint };
      } finally {
        sample.close();
      }
    }
  }

  stop() {
    this.samples.return();
  }
}
