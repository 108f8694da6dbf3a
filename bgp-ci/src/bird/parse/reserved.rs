//! Words of BIRD's own language, which it takes for no name of ours.

/// Sorted. Each was tried on BIRD 2.0.12 as the name of a filter, and refused; quotes do not help.
const WORDS: &str = "
    accept action add administrative advertise after aigp algorithm all allow always area as
    as4 asn attribute attributes auth authentication autonomous aware babel babel_metric
    base bcast bfd bgp bgp_aggregator bgp_aigp bgp_atomic_aggr bgp_cluster_list
    bgp_community bgp_ext_community bgp_large_community bgp_local_pref bgp_med bgp_next_hop
    bgp_originator_id bgp_otc bgp_path bgpmask bgppath bind bird blackhole blake2b256
    blake2b512 blake2s128 blake2s256 block bool broadcast bt_assert bt_check_assign
    bt_test_same bt_test_suite buffer bug by capabilities case cease change check circuit
    client clist cluster code collision commands communities confederation config configure
    confirm connect contains cost cost2 cryptographic current data data1 data2 dead debug
    deconfigured default define defined delay delete demand description dest deterministic
    dev device digits direct disable disabled dnssl do domain dont_fragment dport drop dscp
    dst dump dynamic ebgp ec echo eclist ecmp eligible else empty enable enforce entries
    error eval events exit exp expire export exported extended external false fatal filename
    filter filtered filters first first_fragment flow4 flow6 flush for forget format
    fragment free from function garbage gateway gc generate generic global graceful gw
    gw_mpls hello hidden high hit hmac hold hop horizon hostname ibgp icmp id idle if
    ifindex ifname ignore igp igp_metric import in infinity info instance int interface
    internal interpret interval ip ipv4 ipv4_mc ipv4_mpls ipv6 ipv6_mc ipv6_mpls ipv6_sadr
    is_fragment is_v4 is_v6 iso keep keepalive kernel key keyed krt_advmss krt_cwnd
    krt_feature_allfrag krt_feature_ecn krt_hoplimit krt_initcwnd krt_initrwnd
    krt_lock_advmss krt_lock_cwnd krt_lock_hoplimit krt_lock_mtu krt_lock_reordering
    krt_lock_rto_min krt_lock_rtt krt_lock_rttvar krt_lock_sstresh krt_lock_window
    krt_metric krt_mtu krt_prefsrc krt_quickack krt_realm krt_reordering krt_rto_min krt_rtt
    krt_rttvar krt_scope krt_source krt_sstresh krt_window label last last_fragment
    last_nonaggregated latency lc lclist learn len lifetime limit linger link lladdr local
    log low lsa lsadb lsid mac managed mandatory mask max maxlen md5 med
    medium member memory merge messages meticulous metric min mode mpls mrt mrtdump ms mtu
    mult multicast multihop multiplier name nbma neighbor neighbors net netlink netmask
    networks next ng no noexport nonbroadcast none normal ns nssa of off older on onlink
    only originate ospf ospf_metric1 ospf_metric2 ospf_router_id ospf_tag other out packets
    pair passive password passwords path paths pe perf period permissive persist pipe
    plaintext pointomultipoint pointopoint poison poll port preexport prefer preference
    preferred prefix prepend pri primary print printn priority private prohibit propagate
    proto protocol protocols ptmp ptp public quad quit ra ra_lifetime radv randomize range
    rd rdnss real receive recursive refresh reject remote repeat require resources restart
    restrict retrans retransmit retry return reverse rfc1583compat rfc5838 rip rip_metric
    rip_tag ro roa4 roa6 roa_check roles route router rpki rr rs rt rx s sadr scan scope sec
    secondary security self sensitive sessions set setkey sets settle sha1 sha256 sha384
    sha512 show simple skip sockets soft solicited sorted source split sport src ssh
    stability stale start startup states static stats status stderr strict string stub
    stubnet summary suppression symbols syslog table tag tcp template then threshold tick
    time timeformat timeout to topology trace translator transmit transport trie trigger
    true ttl tx type undo unicast unknown unreachable unset update us user v2 v3 validate
    via virtual vpn vpn4 vpn4_mc vpn4_mpls vpn6 vpn6_mc vpn6_mpls vrf wait warn warning
    watchdog weight where wired wireless yes zero
";

/// Whether nothing can be called `name`.
pub(super) fn is_reserved(name: &str) -> bool {
    WORDS.split_ascii_whitespace().any(|word| word == name)
}
