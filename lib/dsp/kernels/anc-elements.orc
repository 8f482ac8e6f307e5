# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The element-wise kernel of the SSE set. Elements of 8 bytes (a stereo frame)
# have no place here: ORC takes them to be aligned to 8, and a frame of floats
# need not be. A comparison that is false for a NaN
# gives a mask of zeros.

.function anc_orc_sanitize
.dest 4 out float
.source 4 x float
.floatparam 4 limit
.const 4 magnitude 0x7fffffff
.temp 4 mask

andl mask, x, magnitude
cmplef mask, mask, limit
andl out, x, mask
