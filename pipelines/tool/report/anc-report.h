/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* `anc report`: argv[0] is the word "report". Returns the exit code. */
int anc_command_report (int argc, char **argv);
