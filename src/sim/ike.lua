-- IKE and IPsec between routers, without any vendor's words.
--
-- An end (what a router is configured to do; the vendor's program makes it
-- from its configuration, anew whenever that changes):
--   address          WAN address, nil while the line gives none
--   policies[name]   {name, peer, key, mode, version, proposals, local_id,
--                     remote_id, natt, needs_id}; peer is an address or
--                     "any"; needs_id: answers aggressive mode only to the
--                     identity that it knows
--   ike_proposals[name]    {encryption, hash, group, lifetime}
--   maps[name]       {name, peer, acl, proposals, pfs, local_id, remote_id,
--                     lifetime}: what is to be encrypted, and how
--   ipsec_proposals[name]  {encryption, hash}
--   acls[name]       list of {action, src, dest}
--   tunnels[interface]     {map, shutdown}
--   anti_replay      boolean
--   route(dest)      -> interface, or nil
--   blocks(dir, proto, port, peer) -> reason, or nil: its own filters
--   manner           what no configuration says: {dead, no_ike, no_phase2,
--                    no_crypto (its hardware cannot),
--                    silent_unknown, oldest_sa, overload}
-- and, when it wants them:
--   select(packet)   -> map, or nil and why: it chooses what it encrypts by
--                    itself, instead of by route and tunnel interface
--   answer_map(src, called, mine, theirs) -> map, or nil, why, and the type of
--                    the refusal: how it answers phase 2
--   accepts(packet, from) -> why not, or nil: what it does with a packet that
--                    came out of the tunnel
--   owns(address)    further addresses of its own
--   unroutable(address)    nobody out there knows the way to it
--   any_pfs          takes any PFS group when it asks for none
--   stranger         a policy of IKEv2 for who has none: that end agrees on
--                    keys with anybody, and then knows no such identity
--   overhead         bytes that its ESP adds
-- A policy may have dpd: {interval, retry, tries}, and offers when it does not
-- offer all of its proposals.
-- A link joins the ends a and b: {a, b, nets = {a =, b =}, hosts, path}.
--   path             {drop = set of "udp500", "udp4500", "esp", "icmp", each
--                    maybe with "-in" or "-out" seen from a; nat = "a"|"b",
--                    nat_address, corrupt, reorder (every Nth packet), mtu,
--                    no_fragments (a larger packet never passes),
--                    stranger, carrier (the NAT lets nobody in who was not
--                    called first), nat_ports (it gives other source ports,
--                    which ends without NAT-Traversal leave unanswered)}
-- What an end notices goes to model.notice(end, kind, fields, time).
-- model.repeats (a list of pauses), model.hold, model.real_v2 (IKEv2 in its
-- own exchanges, not as main and quick mode) and model.child_or_nothing (an IKE
-- SA of IKEv2 goes when its first child is refused) may be set.

local M = include("ike_core")
include("ike_phase1")
include("ike_phase2")
include("ike_data")
include("ike_live")
include("ike_watch")
include("ike_v2")

return M
