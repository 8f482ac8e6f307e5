# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A real voice, a fan, a simulated room with two microphones, and what the
# canceller makes of it.

: "${root:?}" "${build:?}"

demo=$root/demo

voice_file ()
{
  dpkg-query -L asterisk-core-sounds-en-g722 | grep '/demo-congrats\.g722$'
}

# Raw G.722 has no header to find its type by; the parser only has to cut it
# into bytes, two samples each.
decode_voice ()
{
  gst-launch-1.0 -q filesrc location="$(voice_file)" \
    ! rawaudioparse format=mulaw sample-rate=8000 num-channels=1 \
    ! capssetter replace=true join=false \
    caps="audio/G722,rate=(int)16000,channels=(int)1" \
    ! avdec_g722 ! audioconvert ! audio/x-raw,format=S16LE \
    ! wavenc ! filesink location="$build/demo-voice.wav"
}

make_scene ()
{
  mkdir -p "$demo"
  "$build/pipelines/demo/anc-scene" "$build/demo-voice.wav" "$demo"
}

cancel ()
{
  anc run cancel primary="$demo/noisy.wav" reference="$demo/reference.wav" \
    output="$demo/clean.wav" algorithm=nlms filter-length=1024 \
    step-size=0.03 --overwrite --json >"$build/demo-run.json"
}

report ()
{
  anc report "$demo/noisy.wav" "$demo/clean.wav" --voice "$demo/voice.wav" \
    --title "A voice beside a fan, cleaned by ancnlms" \
    -o "$demo/report.png" --overwrite --json >"$build/demo-report.json"
}

print_figures ()
{
  python3 - "$build/demo-run.json" "$build/demo-report.json" <<'PY'
import json, sys
run, report = (json.load(open(name)) for name in sys.argv[1:])
before, after = report["before"], report["after"]
whole, end = (after[key] - before[key]
              for key in ("voice-to-rest-db", "voice-to-rest-end-db"))
print(f"""
Gained: {whole:.1f} dB of voice against noise over the whole recording,
        {end:.1f} dB in its last ten seconds, when the filter has settled;
        the noise in the pauses fell by {report['noise-floor-reduction-db']:.1f} dB.
Speed:  {run['audio-seconds']:.1f} s of audio in {run['wall-seconds']:.2f} s, \
{run['realtime-factor']:.0f} times as fast as it plays.""")
PY
}

print_next ()
{
  cat <<'TEXT'

Listen:  demo/noisy.wav, then demo/clean.wav; look at demo/report.png.

Your own files, in any format GStreamer decodes, are cleaned by
  ./run anc run cancel primary=VOICE.wav reference=NOISE.wav output=CLEAN.wav
and compared by
  ./run anc report VOICE.wav CLEAN.wav
In a room as here add filter-length=1024 step-size=0.03: longer follows more of
the room, a larger step learns faster and takes a louder voice apart.
More: ./run anc list, ./run anc describe cancel
TEXT
}

main ()
{
  [ $# -eq 0 ] || die "demo takes no arguments; to clean a recording of your own:
  ./run anc run cancel primary=VOICE.wav reference=NOISE.wav output=CLEAN.wav"
  need_packages build run demo
  take_lock
  build_release use || return 1
  use_build_tree
  quietly "Decoding a voice" "$(log_file demo-voice)" decode_voice &&
    quietly "Recording it beside a fan" "$(log_file demo-scene)" make_scene &&
    quietly "Cancelling the fan" "$(log_file demo-cancel)" cancel &&
    quietly "Comparing" "$(log_file demo-report)" report || return 1
  print_figures
  print_next
}
