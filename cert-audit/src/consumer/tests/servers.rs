//! Servers with languages of their own.

use super::shown;

#[test]
fn nginx_inherits_certificates_and_keys_each_for_itself() {
    let text = r#"
http {
  ssl_certificate_key "tls/all.key"; # ssl_certificate not/this.pem;
  server {
    listen 443 ssl;
    server_name api.example .shop.example ~^www _;
    ssl_certificate tls/api.pem;
    location / { proxy_pass https://b; proxy_ssl_certificate tls/client.pem; proxy_ssl_certificate_key tls/client.key;
      content_by_lua_block { local s = "ssl_certificate x;" if true then x = {} end } }
  }
  server { ssl_certificate tls/a.pem; ssl_certificate tls/b.pem;
    ssl_certificate_key tls/a.key; ssl_certificate_key tls/b.key; }
  server { ssl_certificate data:$cert; ssl_certificate_key engine:x:y; ssl_client_certificate ca.pem;
    ssl_crl $dir/crl.pem; }
}
"#;
    assert_eq!(
        shown("deploy/nginx.conf", text),
        [
            "3:23 ssl_certificate_key server Key tls/all.key",
            "7:21 ssl_certificate server Certificate tls/api.pem [api.example shop.example *.shop.example]",
            "8:62 proxy_ssl_certificate client Certificate tls/client.pem",
            "8:104 proxy_ssl_certificate_key client Key tls/client.key",
            "11:28 ssl_certificate server Certificate tls/a.pem []",
            "11:55 ssl_certificate server Certificate tls/b.pem []",
            "12:25 ssl_certificate_key server Key tls/a.key []",
            "12:56 ssl_certificate_key server Key tls/b.key []",
            "13:95 ssl_client_certificate trust Trust ca.pem optional []",
            "14:13 ssl_crl trust Revocations $dir/crl.pem unresolved optional []",
            "pair 1 0",
            "pair 2 3",
            "pair 4 6",
            "pair 5 7",
        ]
    );
}

#[test]
fn nginx_servers_without_certificate_use_the_one_around_them() {
    let text = "http { ssl_certificate a.pem; ssl_certificate_key a.key;
server { listen 443 ssl; server_name one.example; }
server { listen 80; server_name plain.example; }
server { listen 443 quic; server_name two.example; }
server { listen 443 ssl; server_name own.example; ssl_certificate b.pem; ssl_certificate_key b.key; } }";
    assert_eq!(
        shown("nginx.conf", text),
        [
            "1:24 ssl_certificate server Certificate a.pem [one.example two.example]",
            "1:51 ssl_certificate_key server Key a.key",
            "5:67 ssl_certificate server Certificate b.pem [own.example]",
            "5:94 ssl_certificate_key server Key b.key [own.example]",
            "pair 0 1",
            "pair 2 3",
        ]
    );
}

#[test]
fn apache_by_virtual_host() {
    let text = r#"
Define TLS /etc/tls
ServerRoot "/etc/httpd"
<VirtualHost *:443>
  ServerName https://api.example:443
  ServerAlias www.example \
     *.example
  SSLCertificateFile "${TLS}/api.pem"
  sslcertificatekeyfile ${TLS}/api.key
  SSLCertificateChainFile ${ELSEWHERE}/chain.pem
</VirtualHost>
<VirtualHost *:444>
  SSLCertificateFile both.pem
  <IfFile client.pem>
    SSLProxyMachineCertificateFile client.pem
  </IfFile>
  SSLCARevocationPath none
  #SSLCACertificateFile ca.pem
  SSLOpenSSLConfCmd DHParameters "dh.pem"
  LDAPTrustedGlobalCert CA_BASE64 ldap-ca.pem
</VirtualHost>
"#;
    assert_eq!(
        shown("etc/apache2/sites-enabled/api.conf", text),
        [
            "8:22 SSLCertificateFile server Certificate /etc/tls/api.pem [api.example www.example *.example]",
            "9:25 SSLCertificateKeyFile server Key /etc/tls/api.key [api.example www.example *.example]",
            "10:27 SSLCertificateChainFile server Chain ${ELSEWHERE}/chain.pem unresolved [api.example www.example *.example]",
            "13:22 SSLCertificateFile server CertificateAndKey both.pem []",
            "15:36 SSLProxyMachineCertificateFile client CertificateAndKey client.pem optional",
            "19:34 SSLOpenSSLConfCmd DHParameters server Parameters dh.pem []",
            "20:35 LDAPTrustedGlobalCert trust Material ldap-ca.pem",
            "pair 0 1",
        ]
    );
}

#[test]
fn haproxy_sockets_servers_and_stores() {
    let text = r#"
global
  crt-base /etc/haproxy/tls
  ca-base /etc/haproxy/ca
  setenv SITE api
  ssl-dh-param-file /etc/haproxy/dh.pem
crt-store web
  load crt "site.crt" key site.key alias x
frontend www
  bind :443 ssl crt "${SITE}.pem" crt /srv/certs/ ca-file clients.pem # crt no.pem
  bind :444 ssl crt @web/x crt-list /etc/haproxy/crt-list.txt
backend b
  server s1 192.0.2.1:443 ssl verify required ca-file @system-ca crt client.pem
  server s2 192.0.2.2:443 ssl crt $OTHER/client.pem
"#;
    assert_eq!(
        shown("haproxy.cfg", text),
        [
            "6:21 ssl-dh-param-file server Parameters /etc/haproxy/dh.pem",
            "8:12 load crt server Certificate site.crt",
            "8:27 load key server Key site.key",
            "10:21 bind crt server CertificateAndKey api.pem []",
            "10:39 bind crt server CertificateAndKey /srv/certs/ []",
            "10:59 bind ca-file trust Trust clients.pem",
            "11:37 bind crt-list server Material /etc/haproxy/crt-list.txt []",
            "13:70 server crt client CertificateAndKey client.pem",
            "14:35 server crt client CertificateAndKey $OTHER/client.pem unresolved",
            "pair 1 2",
        ]
    );
    assert_eq!(
        shown(
            "haproxy/crt-list.txt",
            "# all\n/srv/a.pem [alpn h2 ca-file x.pem] a.example !b.a.example *.a.example\nb.pem\n"
        ),
        [
            "2:1 crt-list server CertificateAndKey /srv/a.pem [a.example *.a.example]",
            "3:1 crt-list server CertificateAndKey b.pem []",
        ]
    );
}

#[test]
fn postgresql_takes_the_last_and_its_defaults() {
    let text = "ssl = on\nssl_cert_file = 'old.crt'\nSSL_CERT_FILE 'it''s.crt' # this\nprimary_conninfo = 'host=a sslcert=/c.crt sslkey=/c.key sslrootcert=system'\n";
    assert_eq!(
        shown("data/postgresql.conf", text),
        [
            "4:20 sslcert client Certificate /c.crt",
            "4:20 sslkey client Key /c.key",
            "3:15 ssl_cert_file server Certificate it's.crt []",
            "1:7 ssl_key_file server Key server.key optional []",
            "pair 0 1",
            "pair 2 3",
        ]
    );
    let off = "ssl_cert_file = 'a.crt'\nssl = of\n";
    assert_eq!(shown("data/postgresql.conf", off), ["nothing"]);
    // A part of a configuration has no defaults.
    assert_eq!(
        shown("conf.d/postgresql-tls.conf", "ssl_key_file='/k.key'\n"),
        ["1:14 ssl_key_file server Key /k.key []"]
    );
    assert_eq!(
        shown(
            "pgbouncer.ini",
            "[pgbouncer]\nclient_tls_cert_file = /a.crt\nclient_tls_key_file = /a.key\n;server_tls_ca_file = /ca\n"
        ),
        [
            "2:24 client_tls_cert_file server Certificate /a.crt",
            "3:23 client_tls_key_file server Key /a.key",
            "pair 0 1",
        ]
    );
}

#[test]
fn mysql_by_group() {
    let text = "[client]\nssl-ca = /ca.pem\n[mysqld]\ndatadir=/var/lib/mysql\nssl_cert = 'old.pem'\nssl-cert = \"new#.pem\" # x\nloose_ssl_key = new.key\n[mariadb-10.11]\nwsrep_provider_options = \"socket.ssl_cert=/g.pem;socket.ssl_key=/g.key\"\n!includedir /etc/my.cnf.d\n";
    assert_eq!(
        shown("etc/my.cnf", text),
        [
            "2:10 [client] ssl-ca trust Trust /ca.pem",
            "6:12 [mysqld] ssl-cert server Certificate new#.pem",
            "7:17 [mysqld] ssl-key server Key new.key",
            "9:26 [mariadb-10.11] socket.ssl_cert peer Certificate /g.pem",
            "9:26 [mariadb-10.11] socket.ssl_key peer Key /g.key",
            "pair 3 4",
            "pair 1 2",
        ]
    );
}

#[test]
fn dovecot_old_and_new() {
    let text = "ssl = required\nssl_cert = </etc/d/old.pem\nssl_cert = <tls/imap.pem # last\nssl_key = <tls/imap.key\nlocal_name imap.example.org mx.example.org {\n  ssl_cert = </other.pem\n}\nssl_dh=</dh.pem\nssl_client_ca_file = /ca.pem\nssl_alt_cert = /no.pem\n";
    assert_eq!(
        shown("dovecot.conf", text),
        [
            "3:12 ssl_cert server Certificate tls/imap.pem",
            "4:11 ssl_key server Key tls/imap.key",
            "6:14 ssl_cert server Certificate /other.pem [imap.example.org mx.example.org]",
            "8:8 ssl_dh server Parameters /dh.pem",
            "9:22 ssl_client_ca_file trust Trust /ca.pem",
            "pair 0 1",
            "pair 2 1",
            "trouble 10: without `<` the path itself is taken as the content",
        ]
    );
    assert_eq!(
        shown(
            "conf.d/10-ssl.conf",
            "ssl_server_cert_file = /a.pem\nssl_server_key_file = /a.key\n"
        ),
        [
            "1:24 ssl_server_cert_file server Certificate /a.pem",
            "2:23 ssl_server_key_file server Key /a.key",
            "pair 0 1",
        ]
    );
}

#[test]
fn postfix_replaces_its_own_settings() {
    let text = "tls = /etc/tls\nsmtpd_tls_cert_file = /old.pem\nsmtpd_tls_cert_file =\n# between\n  ${tls}/mx.pem\nsmtpd_tls_key_file = $config_directory/mx.key\nsmtp_tls_cert_file = $smtpd_tls_cert_file\nsmtp_tls_CAfile = $(elsewhere)/ca.pem\nsmtpd_tls_chain_files = /rsa.key, /rsa.pem\n";
    assert_eq!(
        shown("etc/postfix/main.cf", text),
        [
            "5:3 smtpd_tls_cert_file server Certificate /etc/tls/mx.pem",
            "6:22 smtpd_tls_key_file server Key mx.key",
            "9:25 smtpd_tls_chain_files server Material /rsa.key",
            "9:25 smtpd_tls_chain_files server Material /rsa.pem",
            "7:22 smtp_tls_cert_file client CertificateAndKey /etc/tls/mx.pem",
            "8:19 smtp_tls_CAfile trust Trust $(elsewhere)/ca.pem unresolved",
            "pair 0 1",
        ]
    );
    assert_eq!(
        shown(
            "etc/postfix/master.cf",
            "smtps inet n - y - - smtpd\n  -o smtpd_tls_wrappermode=yes\n  -o smtpd_tls_cert_file=/s.pem\n  -o { smtpd_tls_key_file = /s.key }\n"
        ),
        [
            "3:26 smtps -o smtpd_tls_cert_file server Certificate /s.pem",
            "4:29 smtps -o smtpd_tls_key_file server Key /s.key",
            "pair 0 1",
        ]
    );
}
