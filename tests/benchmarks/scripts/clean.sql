-- What `clean` does to the workload, by hand: a statement a table, children first, all or nothing.
BEGIN;
DELETE FROM reviews USING orders o, gigs g, users seller, users buyer
WHERE o.id = reviews.order_id AND g.id = o.gig_id AND seller.id = g.user_id AND buyer.id = o.buyer_id
  AND (seller.email LIKE '%@load.example' OR buyer.email LIKE '%@load.example');
DELETE FROM orders USING gigs g, users seller, users buyer
WHERE g.id = orders.gig_id AND seller.id = g.user_id AND buyer.id = orders.buyer_id
  AND (seller.email LIKE '%@load.example' OR buyer.email LIKE '%@load.example');
DELETE FROM gigs USING users seller WHERE seller.id = gigs.user_id AND seller.email LIKE '%@load.example';
DELETE FROM users WHERE email LIKE '%@load.example';
COMMIT;
