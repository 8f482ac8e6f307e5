# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The element-wise kernels of the SSE set. A comparison that is false for a NaN
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


.function anc_orc_split_stereo
.dest 4 left float
.dest 4 right float
.source 8 frames float

splitql right, left, frames


.function anc_orc_join_stereo
.dest 8 frames float
.source 4 left float
.source 4 right float

mergelq frames, left, right
