/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A small site without errors: what stands beside the text that is fuzzed, and the policy that
 * frames are judged by. Owns its texts.
 */
#ifndef TESTS_FUZZ_SITE_H
#define TESTS_FUZZ_SITE_H

#define SITE_ZONES                                                                                 \
	"[zones]\n"                                                                                \
	"edge = 192.0.2.10 2001:db8::10\n"                                                         \
	"edge-vip = @edge 192.0.2.80 2001:db8::80\n"                                               \
	"servers = 10.20.1.0/28 fd00:20::/120\n"                                                   \
	"listed = file:list.txt\n"                                                                 \
	"internet = any !private !@edge-vip\n"                                                     \
	"[zone servers]\n"                                                                         \
	"interface = eth1\n"                                                                       \
	"[components]\n"                                                                           \
	"zones = edge edge-vip servers\n"
#define SITE_HOST                                                                                  \
	"[host]\n"                                                                                 \
	"interfaces = eth0 eth1\n"                                                                 \
	"zones = edge edge-vip\n"                                                                  \
	"ethertypes = 0x88cc\n"
#define SITE_FILES                                                                                 \
	"[rules]\n"                                                                                \
	"tables = rules.csv\n"                                                                     \
	"[origin-ports]\n"                                                                         \
	"file = tcpoport.ini\n"
#define SITE_CONF SITE_HOST SITE_ZONES SITE_FILES "mode = enforce\n"

#define SITE_TABLE_HEADER "rule,source,destination,protocol,ports,direction,purpose\n"
#define SITE_TABLE                                                                                 \
	SITE_TABLE_HEADER                                                                          \
	"ftp,internet,edge-vip,FTP(S),21,inbound,control\n"                                        \
	"ftp-active,internet,edge-vip,FTP(S),1024 to 65535,outbound,data\n"                        \
	"ftp-passive,internet,edge-vip,FTP(S),50000-50100,inbound,data\n"                          \
	"web,internet,edge-vip,TCP and UDP,\"80, 443\",inbound,web\n"                              \
	"tm,servers,edge,TCP over SSL,20021-20080,inbound,streaming\n"                             \
	"dns,edge,servers,DNS (UDP),53,outbound,names\n"                                           \
	"out,edge,internet,tcp,\"443, 8000 to 8100\",outbound,transfers\n"                         \
	"ping,edge,internet,icmp,8,outbound,pings\n"                                               \
	"ping6,edge,internet,icmpv6,128,outbound,pings\n"                                          \
	"tunnel,servers,edge,esp,,both,a protocol without ports\n"

#define SITE_ORIGIN                                                                                \
	"203.0.113.7 *: 61000-61099\n"                                                             \
	"10.*.*.* 1-9999: 64000-64100\n"                                                           \
	"! 10.*.*.* 8000-8100: 62000-63999\n"

#define SITE_LIST "198.51.100.0/24\n203.0.113.9 # one\n2001:db8:9::/48\n"

#endif
